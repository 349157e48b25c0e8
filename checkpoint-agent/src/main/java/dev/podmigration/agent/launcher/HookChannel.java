package dev.podmigration.agent.launcher;

import dev.podmigration.agent.Uninterrupted;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.HostTree;
import dev.podmigration.agent.host.NodeDirectories;
import dev.podmigration.fault.FaultPoints;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The agent's end of CRIU's hook for one container: {@code hook.in} brings events, {@code hook.out}
 * takes answers.
 *
 * <p>A hook that waits goes on waiting while no agent is there. Opening a channel on the directory
 * again hands its question to the new listener. Methods may be called from any thread.
 */
public final class HookChannel implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HookChannel.class);
    private static final Duration END_LIMIT = Duration.ofSeconds(2);
    private static final String IN = "hook.in";
    private static final String OUT = "hook.out";
    private static final String WAITING = "hook.waiting";
    private static final String OK = "ok";
    private static final String NO = "no";

    private final Host host;
    private final Path directory;
    private final HookListener listener;
    private final FileChannel in;
    private final Thread reader;

    /**
     * Delivered from the file already; its line may still be in the pipe. Only the reader's thread
     * looks at it.
     */
    private @Nullable HookEvent redelivered;

    private HookChannel(Host host, Path directory, HookListener listener) throws IOException {
        this.host = host;
        this.directory = directory;
        this.listener = listener;
        this.redelivered = waiting().orElse(null);
        this.in = Fifo.open(directory.resolve(IN));
        this.reader =
                Thread.ofPlatform()
                        .daemon()
                        .name("hook-" + directory.getFileName())
                        .start(this::read);
    }

    /** For the dump of a container of this node. */
    public static HookChannel ofDump(
            NodeDirectories directories, String containerId, HookListener listener)
            throws IOException {
        Path directory = directories.dump(containerId);
        HostTree.create(directory);
        createPipes(directory);
        return new HookChannel(directories.host(), directory, listener);
    }

    /**
     * For a dump that is over as far as this agent is concerned: no is the answer to whatever its
     * hooks ask, until the channel is removed. Empty if no dump has pipes here.
     */
    public static Optional<HookChannel> refusing(NodeDirectories directories, String containerId)
            throws IOException {
        Path directory = directories.dump(containerId);
        return Files.isDirectory(directory)
                ? Optional.of(ofDump(directories, containerId, event -> refuse(directory, event)))
                : Optional.empty();
    }

    private static void refuse(Path directory, HookEvent event) {
        if (!event.action().waitsForAnswer()) {
            return;
        }
        try {
            answer(directory, event, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For the restore behind a gate. */
    public static HookChannel ofRestore(RestoreGate gate, HookListener listener)
            throws IOException {
        return new HookChannel(gate.host(), gate.directory(), listener);
    }

    static void createPipes(Path directory) throws IOException {
        Fifo.create(directory.resolve(IN));
        Fifo.create(directory.resolve(OUT));
    }

    /** The question that a living hook waits to have answered. */
    public Optional<HookEvent> waiting() throws IOException {
        return waiting(directory);
    }

    private Optional<HookEvent> waiting(Path in) throws IOException {
        Path file = in.resolve(WAITING);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return HookEvent.parse(Files.readString(file).strip()).filter(this::isAlive);
    }

    /**
     * Answers the hook that waits.
     *
     * @param ok false makes CRIU fail: a dump is then reported as failed, a restored tree is killed
     * @throws IllegalStateException when the event is one that does not wait
     */
    public void answer(HookEvent event, boolean ok) throws IOException {
        answer(directory, event, ok);
    }

    /** For a listener, which may be called before it knows its channel. */
    public static void answer(RestoreGate gate, HookEvent event, boolean ok) throws IOException {
        answer(gate.directory(), event, ok);
    }

    private static void answer(Path directory, HookEvent event, boolean ok) throws IOException {
        if (!event.action().waitsForAnswer()) {
            throw new IllegalStateException(event.action().text() + " does not wait for an answer");
        }
        FaultPoints.reach("CRIU is told", event.action().text() + (ok ? " ok" : " no"));
        Fifo.writeLine(directory.resolve(OUT), ok ? OK : NO);
    }

    /** Where the pipes are; the runtime's log of a dump may be put there too. */
    public Path directory() {
        return directory;
    }

    /**
     * Stops listening and takes the directory away. A hook that waits fails then, and later ones
     * are left alone: only when the operation is over.
     */
    public void remove() throws IOException {
        // Under another name first: no hook opens these pipes any more, and one that has opened
        // them, whether it has asked yet or not, finds its answer there. Otherwise one that comes
        // in between would wait for ever at a pipe that has no name.
        Path removed = directory.resolveSibling(NodeDirectories.REMOVED + directory.getFileName());
        HostTree.delete(removed);
        Files.move(directory, removed, StandardCopyOption.ATOMIC_MOVE);
        Optional<HookEvent> waiting = waiting(removed);
        Fifo.writeLine(removed.resolve(OUT), NO);
        waiting.ifPresent(this::awaitEnd);
        close();
        HostTree.delete(removed);
    }

    /** Stops listening; a hook that waits goes on waiting. */
    @Override
    public void close() throws IOException {
        in.close();
        if (reader != Thread.currentThread()) {
            Uninterrupted.join(reader);
        }
    }

    /** It still touches the directory after its answer; a moment is enough for that. */
    private void awaitEnd(HookEvent event) {
        long deadline = System.nanoTime() + END_LIMIT.toNanos();
        while (isAlive(event) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private boolean isAlive(HookEvent event) {
        try {
            return Files.readString(host.process(event.hookPid(), "cmdline"))
                    .contains("podmigration/bin/hook");
        } catch (IOException e) {
            // No such process any more.
            return false;
        }
    }

    private void read() {
        if (redelivered != null) {
            deliver(redelivered);
        }
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        StringBuilder line = new StringBuilder();
        try {
            while (in.read(buffer.clear()) >= 0) {
                for (char c : StandardCharsets.US_ASCII.decode(buffer.flip()).array()) {
                    if (c != '\n') {
                        line.append(c);
                        continue;
                    }
                    receive(line.toString());
                    line.setLength(0);
                }
            }
        } catch (ClosedChannelException e) {
            LOG.debug("The hook channel of {} was closed.", directory);
        } catch (IOException e) {
            LOG.error(
                    "The hook channel of {} broke: hooks that come wait until the agent is"
                            + " restarted.",
                    directory,
                    e);
        }
    }

    private void receive(String line) {
        Optional<HookEvent> event = HookEvent.parse(line);
        if (event.isEmpty()) {
            LOG.debug("Nobody waits for the hook event {}.", line);
        } else if (!event.get().equals(redelivered)) {
            deliver(event.get());
        }
    }

    private void deliver(HookEvent event) {
        FaultPoints.reach("CRIU asks", event.action().text());
        try {
            listener.onHook(event);
        } catch (RuntimeException e) {
            // The hook waits for its answer, so nothing runs that should not; the next events must
            // still arrive.
            LOG.error("The hook event {} could not be handled.", event, e);
        }
    }
}
