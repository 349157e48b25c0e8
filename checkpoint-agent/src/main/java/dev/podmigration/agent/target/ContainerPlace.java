package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.files.TreeWriter;
import dev.podmigration.agent.host.Cgroup;
import dev.podmigration.agent.host.HostTree;
import dev.podmigration.agent.images.ImageRoom;
import dev.podmigration.agent.images.ImageWriter;
import dev.podmigration.agent.launcher.ArmedLauncher;
import dev.podmigration.agent.launcher.HookChannel;
import dev.podmigration.agent.launcher.HookEvent;
import dev.podmigration.agent.launcher.RestoreGate;
import dev.podmigration.agent.peer.TreeNames;
import dev.podmigration.agent.wire.FileFrame;
import dev.podmigration.agent.wire.ImageFrame;
import dev.podmigration.agent.wire.ImageManifest;
import dev.podmigration.agent.wire.LogTail;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where one container of the target pod is put together: its gate, hook, images, and the files of
 * its root, which are spooled until the kubelet has made the container and then written through its
 * mounted root.
 */
final class ContainerPlace implements AutoCloseable {

    private final TargetTools tools;
    private final String podUid;
    private final String name;
    private final RestoreGate gate;
    private final HookChannel hook;
    private final FrameSpool<FileFrame> spool;
    private @Nullable ImageWriter images;
    private @Nullable TreeWriter root;
    private volatile @Nullable ArmedLauncher launcher;
    private volatile @Nullable String madeBy;
    private final CarriedLog log = new CarriedLog();

    private ContainerPlace(
            TargetTools tools,
            String podUid,
            String name,
            RestoreGate gate,
            HookChannel hook,
            FrameSpool<FileFrame> spool) {
        this.tools = tools;
        this.podUid = podUid;
        this.name = name;
        this.gate = gate;
        this.hook = hook;
        this.spool = spool;
    }

    /** From now on a launcher of this container can arm itself. */
    static ContainerPlace open(
            TargetTools tools, String podUid, String name, Consumer<HookEvent> events)
            throws IOException {
        return open(
                tools,
                podUid,
                podUid,
                name,
                FrameSpool.once(tools.directories().restoreRecord(podUid).resolve("files-" + name)),
                events);
    }

    /**
     * The same for a pod that was received before it existed.
     *
     * @param gateUid under which its memory is, with a link from the pod's own uid to it
     * @param spool of the files of its root
     */
    static ContainerPlace open(
            TargetTools tools,
            String podUid,
            String gateUid,
            String name,
            FrameSpool<FileFrame> spool,
            Consumer<HookEvent> events)
            throws IOException {
        RestoreGate gate = RestoreGate.open(tools.directories(), gateUid, name);
        HookChannel hook = HookChannel.ofRestore(gate, events::accept);
        return new ContainerPlace(tools, podUid, name, gate, hook, spool);
    }

    String name() {
        return name;
    }

    RestoreGate gate() {
        return gate;
    }

    /** Of the container that was made for it; empty before {@link #arm}. */
    Optional<String> containerId() {
        return Optional.ofNullable(launcher).map(ArmedLauncher::containerId);
    }

    /** A frame of this container's root. */
    synchronized void file(FileFrame frame) throws IOException, AgentFailure {
        TreeWriter open = root;
        if (open == null) {
            spool.add(frame);
            return;
        }
        try {
            open.apply(frame);
        } catch (IOException e) {
            ArmedLauncher armed = launcher;
            if (armed == null || gate.isWaiting(armed)) {
                throw e;
            }
            // CRI-O takes the root of a container away that could not be made.
            throw new AgentFailure(
                    FailureReason.LauncherTimeout,
                    "The launcher of container " + name + " ended before it was told to restore",
                    e);
        }
    }

    /**
     * @throws AgentFailure if a part of the round is missing
     */
    synchronized void endRound() throws AgentFailure {
        TreeWriter open = root;
        if (open != null) {
            open.endRound();
        }
    }

    void log(LogTail tail) throws IOException {
        log.add(tail);
    }

    void image(ImageFrame frame, long limitBytes, ImageRoom room) throws IOException, AgentFailure {
        ImageWriter open = images;
        if (open == null) {
            open = new ImageWriter(gate.images(), limitBytes, room);
            images = open;
        }
        open.write(frame);
    }

    /**
     * @throws AgentFailure if anything is missing or differs
     */
    void verify(ImageManifest manifest) throws IOException, AgentFailure {
        ImageWriter open = images;
        if (open == null) {
            throw new AgentFailure(
                    FailureReason.ChecksumMismatch, "No image of container " + name + " arrived");
        }
        open.verified(manifest);
    }

    /**
     * Waits until the kubelet has made the container and its launcher waits, and brings its root up
     * to date.
     */
    synchronized ArmedLauncher arm(Duration limit)
            throws IOException, AgentFailure, InterruptedException {
        ArmedLauncher known = launcher;
        Optional<ArmedLauncher> now = gate.armed();
        if (known != null
                && now.isPresent()
                && now.get().containerId().equals(known.containerId())) {
            return known;
        }
        if (known != null && now.isPresent()) {
            // The kubelet gave up on the container and made another one: what was written into the
            // first is lost.
            throw new AgentFailure(
                    FailureReason.LauncherTimeout,
                    "The kubelet made container " + name + " anew during the migration");
        }
        ArmedLauncher armed = gate.awaitArmed(limit);
        madeBy = runtimeInstance();
        TreeWriter open = new TreeWriter(Map.of(TreeNames.root(name), tools.root(armed.bundle())));
        FrameSpool.replay(spool, open);
        root = open;
        log.open(tools.host().path(tools.runtime().fromBundle(armed.bundle()).logPath()));
        launcher = armed;
        return armed;
    }

    /**
     * To be called before the pod can run nowhere else: what is restored is a container only if its
     * launcher can still tell the runtime, and if that is still the one that wants to know.
     *
     * @throws AgentFailure if not; the processes would be taken for a leftover
     */
    void requireWanted() throws AgentFailure {
        ArmedLauncher armed = launcher;
        if (armed == null || !gate.isWaiting(armed)) {
            throw new AgentFailure(
                    FailureReason.RestoreFailed,
                    "The launcher of container "
                            + name
                            + " ended before the container was granted");
        }
        if (!runtimeInstance().equals(madeBy)) {
            throw new AgentFailure(
                    FailureReason.RuntimeUnavailable,
                    "CRI-O was restarted while it made container " + name);
        }
    }

    private String runtimeInstance() throws AgentFailure {
        try {
            return tools.runtime().instance();
        } catch (IOException e) {
            throw new AgentFailure(
                    FailureReason.RuntimeUnavailable,
                    "CRI-O is away, which makes container " + name + ": " + e.getMessage(),
                    e);
        }
    }

    void answer(HookEvent event, boolean ok) throws IOException {
        hook.answer(event, ok);
    }

    Cgroup cgroup() throws IOException, AgentFailure {
        ArmedLauncher armed = launcher;
        Optional<Cgroup> found =
                armed == null ? Optional.empty() : tools.cgroup(podUid, armed.containerId());
        return found.orElseThrow(
                () ->
                        new AgentFailure(
                                FailureReason.RestoreFailed,
                                "Container " + name + " has no control group after its restore"));
    }

    /** CRIU goes on if it waits. */
    void agree() throws IOException {
        Optional<HookEvent> question = hook.waiting();
        if (question.isPresent()) {
            answer(question.get(), true);
        }
    }

    /**
     * Kills what was restored if the runtime knows nothing of it.
     *
     * @return whether that was so
     */
    boolean endForsaken() throws IOException {
        return tools.endForsaken(gate, hook, podUid);
    }

    /** The launcher fails, a restored tree is killed by CRIU. */
    void cancel(String reason) throws IOException {
        gate.refuse(hook);
        gate.cancel(reason);
        Optional<HookEvent> question = hook.waiting();
        if (question.isPresent()) {
            answer(question.get(), false);
        }
    }

    /**
     * The container runs: makes what was written into its root survive a power failure, and frees
     * the memory of the images, which nobody reads any more.
     */
    synchronized void tidyUp() throws IOException {
        ImageWriter read = images;
        if (read != null) {
            read.close();
        }
        HostTree.delete(gate.images());
        TreeWriter written = root;
        if (written != null) {
            written.sync();
            // An open directory keeps CRI-O from unmounting the root when the container ends.
            written.close();
        }
    }

    @Override
    public void close() throws IOException {
        hook.close();
        if (images != null) {
            images.close();
        }
        if (root != null) {
            root.close();
        }
        spool.delete();
    }
}
