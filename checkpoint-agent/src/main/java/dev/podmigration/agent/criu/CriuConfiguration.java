package dev.podmigration.agent.criu;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.HostFile;
import dev.podmigration.agent.host.NodeDirectories;
import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.FileMutex;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The configuration file that CRIU reads for every operation of the node's OCI runtime, and the
 * block in it that is ours.
 *
 * <p>The kubelet and CRI-O have no way to pass options to CRIU, so a dump's options stand in this
 * file from before the dump is asked for until CRIU has read them. The file belongs to the whole
 * node: one dump at a time may have options in it. What others wrote into the file is kept.
 *
 * <p>Restores need no lease: they get their options as arguments, and the file is always replaced
 * as a whole.
 */
public final class CriuConfiguration {

    private static final String DIRECTORY = "/etc/criu";
    private static final String LOCK = NodeDirectories.STATE + "/criu.lock";
    private static final String HOOK = "action-script " + NodeDirectories.DATA + "/bin/hook";

    /** CRIU has read its options some hundred milliseconds after the kubelet was asked. */
    private static final Duration LEASE_LIMIT = Duration.ofSeconds(30);

    private final Host host;
    private final HostFile file;
    private final Semaphore turn = new Semaphore(1, true);

    private CriuConfiguration(Host host, String path) {
        this.host = host;
        this.file = new HostFile(host, path);
    }

    /**
     * The file that a runtime reads: crun takes its own if there is one and runc's otherwise
     * (src/libcrun/criu.c since 1.26), so an existing file of runc is not to be hidden behind a new
     * one.
     *
     * @param runtimePath the node's OCI runtime, for example {@code /usr/bin/crun}
     */
    public static CriuConfiguration of(Host host, String runtimePath) {
        String crun = DIRECTORY + "/crun.conf";
        String runc = DIRECTORY + "/runc.conf";
        boolean readsCrun = Path.of(runtimePath).getFileName().toString().contains("crun");
        boolean foreignRunc = Files.exists(host.path(runc)) && !Files.exists(host.path(crun));
        return new CriuConfiguration(host, readsCrun && !foreignRunc ? crun : runc);
    }

    /** As the node names it. */
    public String path() {
        return file.path();
    }

    /**
     * Names the hook, and forgets options that an agent left behind when it was killed; not those
     * of a dump that is just starting.
     */
    public void install() throws IOException, InterruptedException {
        Optional<FileMutex> lock = tryLock(Duration.ZERO);
        if (lock.isPresent()) {
            try (FileMutex _ = lock.get()) {
                put(List.of());
            }
        }
        // Otherwise whoever holds it puts our lines there, with its dump's and then without.
    }

    /** The hook is named, with or without the options of a dump that is just starting. */
    public boolean isInstalled() throws IOException {
        return MarkedBlock.lines(file.read()).stream().findFirst().equals(Optional.of(HOOK));
    }

    /** Leaves what others wrote; a file with nothing else in it did not exist before. */
    public void remove() throws IOException {
        file.writeOrDelete(MarkedBlock.remove(file.read()));
    }

    /**
     * Puts the options of one dump into the file, after those of other dumps are out of it.
     *
     * @throws AgentFailure when another dump holds the file for too long
     */
    public Lease lease(DumpOptions options) throws IOException, AgentFailure, InterruptedException {
        long deadline = System.nanoTime() + LEASE_LIMIT.toNanos();
        if (!turn.tryAcquire(LEASE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw busy();
        }
        boolean leased = false;
        Optional<FileMutex> lock = Optional.empty();
        try {
            lock = tryLock(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            if (lock.isEmpty()) {
                throw busy();
            }
            put(options.lines());
            leased = true;
            return new Lease(lock.get());
        } finally {
            if (!leased) {
                if (lock.isPresent()) {
                    lock.get().close();
                }
                turn.release();
            }
        }
    }

    /** The time in which CRIU's options are one dump's. */
    public final class Lease implements AutoCloseable {

        private final FileMutex lock;
        private final AtomicBoolean open = new AtomicBoolean(true);

        private Lease(FileMutex lock) {
            this.lock = lock;
        }

        /**
         * Takes the options out again: when CRIU has read them (hook pre-dump), or the dump did not
         * come to that.
         */
        @Override
        public void close() throws IOException {
            if (open.compareAndSet(true, false)) {
                try (lock) {
                    put(List.of());
                } finally {
                    turn.release();
                }
            }
        }
    }

    /**
     * Against another agent process on this node, as there is while the agent is replaced by a
     * newer one, and against other users of the file in this one.
     */
    private Optional<FileMutex> tryLock(Duration limit) throws IOException, InterruptedException {
        Path path = host.path(LOCK);
        Files.createDirectories(path.getParent());
        try {
            return Optional.of(FileMutex.lock(path, limit));
        } catch (ErrnoException e) {
            if (e.is("EAGAIN")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static AgentFailure busy() {
        return new AgentFailure(
                FailureReason.CheckpointFailed,
                "another checkpoint on this node has been starting for "
                        + LEASE_LIMIT.toSeconds()
                        + " s");
    }

    private void put(List<String> options) throws IOException {
        file.write(MarkedBlock.put(file.read(), lines(options)));
    }

    private static List<String> lines(List<String> options) {
        List<String> lines = new ArrayList<>();
        lines.add(HOOK);
        lines.addAll(options);
        return lines;
    }
}
