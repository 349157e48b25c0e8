package dev.podmigration.agent.source;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.LongFreeze;
import dev.podmigration.agent.StepTimes;
import dev.podmigration.agent.address.PodInterface;
import dev.podmigration.agent.commit.ObjectKey;
import dev.podmigration.agent.commit.SourceDecision;
import dev.podmigration.agent.commit.SourceRecord;
import dev.podmigration.agent.commit.SourceState;
import dev.podmigration.agent.criu.DumpOptions;
import dev.podmigration.agent.fence.FilterId;
import dev.podmigration.agent.fence.PreparedChange;
import dev.podmigration.agent.heap.Trimmed;
import dev.podmigration.agent.host.Cgroup;
import dev.podmigration.agent.host.PodCgroup;
import dev.podmigration.agent.inspect.JvmProcess;
import dev.podmigration.agent.linux.NetworkNamespace;
import dev.podmigration.agent.runtime.ContainerOnNode;
import dev.podmigration.agent.runtime.PodOnNode;
import dev.podmigration.agent.wire.Announce;
import dev.podmigration.agent.wire.ContainerManifest;
import dev.podmigration.agent.wire.Fence;
import dev.podmigration.agent.wire.Grant;
import dev.podmigration.agent.wire.Refusal;
import dev.podmigration.agent.wire.Resumed;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.agent.wire.TargetMessage.BodyCase;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.fault.FaultPoints;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One pod on its way to another node. {@link #prepare}, {@link #migrate} and {@link
 * NodeSource#settle} are called by one thread after the other; {@link #giveUp} by any.
 */
final class SourceMigration {

    private static final Logger LOG = LoggerFactory.getLogger(SourceMigration.class);

    /** Outside of the freeze; a slow disk on the target may take long. */
    private static final Duration COPY_LIMIT = Duration.ofMinutes(10);

    /** The target answers from memory. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

    /** A cgroup freezes within milliseconds unless a task is in uninterruptible sleep. */
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final SourceTools tools;
    private final PodCheckpoint checkpoint;
    private final ObjectKey key;
    private final StepTimes steps = new StepTimes();
    private final List<ContainerDump> dumps = new ArrayList<>();

    private @Nullable PodOnNode pod;
    private volatile @Nullable SourceLink link;
    private @Nullable FileRounds files;
    private volatile @Nullable AgentFailure givenUp;
    private volatile @Nullable AgentFailure failed;
    private volatile @Nullable Thread worker;
    private volatile boolean granted;
    private @Nullable SourceGroup group;
    private @Nullable Instant frozenAt;
    private long frozenNanos;
    private volatile @Nullable Duration length;
    private List<String> addresses = List.of();
    private long endedImageBytes;
    private long trimmedBytes;

    SourceMigration(SourceTools tools, PodCheckpoint checkpoint) {
        this.tools = tools;
        this.checkpoint = checkpoint;
        this.key =
                new ObjectKey(
                        checkpoint.getMetadata().getNamespace(),
                        checkpoint.getMetadata().getName(),
                        checkpoint.getMetadata().getUid());
    }

    /** Lets JVMs give memory back, opens the stream and copies files a first time. */
    void prepare(String restoreUid, PodInCluster known) throws AgentFailure {
        interruptibly(
                () -> {
                    PodOnNode found = tools.pod(known.uid(), known.moving());
                    pod = found;
                    if (checkpoint.getSpec().isTrimHeap()) {
                        trimHeaps(found);
                    }
                    SourceLink opened = SourceLink.open(tools, checkpoint, found, restoreUid);
                    link = opened;
                    FileRounds rounds = new FileRounds(tools, found, opened);
                    files = rounds;
                    rounds.running();
                    opened.await(BodyCase.FILES_APPLIED, COPY_LIMIT);
                    return null;
                });
    }

    /** While the pod runs. What is given back need not move. */
    private void trimHeaps(PodOnNode found) throws AgentFailure, IOException, InterruptedException {
        PodCgroup groups = groups(found);
        for (ContainerOnNode container : found.containers()) {
            for (JvmProcess jvm :
                    tools.inspector().jvms(container(groups, container).processes())) {
                Optional<Trimmed> trimmed = tools.heaps().trim(jvm);
                if (trimmed.isPresent()) {
                    trimmedBytes += trimmed.get().saved();
                    LOG.info(
                            "{}: the JVM in container {} has given back {} of {} MiB in {} ms",
                            key,
                            container.name(),
                            trimmed.get().saved() >> 20,
                            trimmed.get().before() >> 20,
                            trimmed.get().took().toMillis());
                }
            }
        }
    }

    private PodCgroup groups(PodOnNode found) throws AgentFailure, IOException {
        return tools.cgroups()
                .ofPod(found.podUid())
                .orElseThrow(
                        () ->
                                new AgentFailure(
                                        FailureReason.SourceStopped,
                                        "The pod has no control group"));
    }

    /**
     * The freeze. Returns when the target runs, or when it is granted and its pod comes later; a
     * failure before that leaves everything to {@link NodeSource#settle}.
     */
    FreezeReport migrate(Runnable frozen, Optional<SourceGroup> together) throws AgentFailure {
        group = together.orElse(null);
        return interruptibly(
                () -> {
                    try {
                        freeze(frozen);
                    } catch (AgentFailure failure) {
                        AgentFailure why = givenUp;
                        throw why == null ? failure : why;
                    }
                    return report();
                });
    }

    private void freeze(Runnable frozen) throws AgentFailure, IOException, InterruptedException {
        PodOnNode source = required(pod);
        SourceLink stream = required(link);
        FileRounds rounds = required(files);
        DumpOptions options = DumpOptions.of(checkpoint.getSpec().getOptions());
        if (!checkpoint.getSpec().isKeepAddresses()) {
            options = options.withConnections();
        }
        Duration limit = Duration.ofSeconds(checkpoint.getSpec().getLimits().getFreezeSeconds());
        PodCgroup groups = groups(source);

        rounds.running();
        stream.await(BodyCase.FILES_APPLIED, COPY_LIMIT);
        for (ContainerOnNode container : source.containers()) {
            tools.runtime().noticeResumed(container.id());
            ContainerDump dump = new ContainerDump(tools, source, container);
            dumps.add(dump);
            List<Long> processes = List.copyOf(container(groups, container).processes());
            dump.prepare(imageRoom(processes), processes.size(), stream);
        }
        try (NetworkNamespace namespace = NetworkNamespace.open(tools.networkNamespace(source));
                PodInterface podLink = PodInterface.discover(namespace);
                PreparedChange silence =
                        tools.filter().silence(new FilterId(key.uid()), podLink.nodeEnd())) {
            if (checkpoint.getSpec().isKeepAddresses()) {
                addresses =
                        tools.addresses()
                                .toKeep(
                                        source.containers().getFirst().pid().orElseThrow(),
                                        podLink);
            }
            stream.send(
                    SourceMessage.newBuilder()
                            .setFence(Fence.newBuilder().addAllAddresses(addresses)));
            stream.await(BodyCase.FENCED, ANSWER_LIMIT);
            SourceGroup together = group;
            if (together != null) {
                together.arrive(key.uid(), COPY_LIMIT);
            }
            begin(
                    new SourceRecord(
                            SourceState.FROZEN,
                            key,
                            stream.restoreUid(),
                            source.podUid(),
                            podLink.nodeEnd().name(),
                            podLink.nodeEnd().index(),
                            addresses,
                            source.containers().stream().map(ContainerOnNode::id).toList(),
                            Instant.now(),
                            checkpoint.getSpec().getPeer().getNodeName(),
                            null));

            frozenAt = Instant.now();
            frozenNanos = System.nanoTime();
            Deadline deadline = Deadline.since(frozenNanos, limit);
            steps.begin();
            if (together != null) {
                // Dumps begin one after the other, but the pods of a group stop at once.
                for (ContainerOnNode container : source.containers()) {
                    container(groups, container).freeze(STOP_LIMIT);
                }
            }
            ContainerDump first = dumps.getFirst();
            first.start(options, limit);
            first.awaitStopped(deadline.left());
            for (ContainerOnNode other :
                    source.containers().subList(1, source.containers().size())) {
                container(groups, other).freeze(STOP_LIMIT);
            }
            steps.done("stop");
            FaultPoints.reach("source has stopped the pod");
            silence.apply();
            FaultPoints.reach("source is fenced");
            stream.send(SourceMessage.newBuilder().setAnnounce(Announce.getDefaultInstance()));
            steps.done("fence");
        }
        Deadline deadline = Deadline.since(frozenNanos, limit);
        dumps.getFirst().dump();
        LongFreeze.then(
                "frozen-status",
                () -> {
                    if (length == null) {
                        frozen.run();
                    }
                });
        CompletableFuture<Boolean> lastFiles =
                Background.call(
                        "last-files",
                        () -> {
                            rounds.stopped();
                            return true;
                        });
        for (int i = 0; i < dumps.size(); i++) {
            ContainerDump dump = dumps.get(i);
            if (i > 0) {
                dump.start(options, deadline.left());
                dump.awaitStopped(deadline.left());
                dump.dump();
            }
            dump.awaitDumped(deadline.left());
            steps.done("dump");
            stream.send(
                    SourceMessage.newBuilder()
                            .setManifest(
                                    ContainerManifest.newBuilder()
                                            .setContainer(dump.name())
                                            .setManifest(dump.awaitImages(deadline.left()))));
        }
        steps.done("images");
        // From here on neither CRI-O's nor the runtime's own resume can wake the pod.
        groups.pod().freeze(STOP_LIMIT);
        FaultPoints.reach("source has frozen the pod");
        Background.await(lastFiles, deadline.left());
        steps.done("files");
        TargetMessage asked =
                stream.await(
                        BodyCase.GRANT_REQUEST,
                        deadline,
                        stream.podComesLater() ? "receive the pod" : "restore the pod");
        steps.done(stream.podComesLater() ? "arrival" : "restore");
        boolean waits = !grant(stream, asked);
        if (stream.podComesLater()) {
            // The pod has to be deleted first, and that waits for this agent's word.
            LOG.info("{}: granted, its pod can be deleted", key);
            return;
        }
        Resumed resumed =
                waits
                        ? awaitOthers(stream, deadline)
                        : stream.await(BodyCase.RESUMED, ANSWER_LIMIT).getResumed();
        length = Duration.ofNanos(System.nanoTime() - frozenNanos);
        steps.done("resume");
        resumed.getStepsList()
                .forEach(step -> steps.add("target " + step.getName(), step.getMicros()));
        LOG.info(
                "{}: the target runs after {} ms, {} frames were held",
                key,
                length.toMillis(),
                resumed.getHeldFrames());
    }

    private void begin(SourceRecord record) throws AgentFailure, IOException {
        SourceGroup together = group;
        if (together == null) {
            tools.commit().begin(record);
        } else if (!tools.commit().begin(record, together.record())) {
            throw new AgentFailure(
                    FailureReason.GroupMemberFailed,
                    "Another pod of the same group was given up before this one was stopped");
        }
    }

    /**
     * @return false if the answer has to wait for others; the last one of the group sends it
     */
    private boolean grant(SourceLink stream, TargetMessage asked) throws AgentFailure, IOException {
        SourceDecision.Action answer =
                tools.commit().grant(key.uid(), asked.getGrantRequest().getRestoreUid());
        if (answer == SourceDecision.Action.WAIT) {
            return false;
        }
        if (answer != SourceDecision.Action.GRANT) {
            stream.send(
                    SourceMessage.newBuilder()
                            .setRefusal(
                                    Refusal.newBuilder().setReason("the source was rolled back")));
            throw new AgentFailure(
                    FailureReason.GrantRefused,
                    "The source was rolled back before the target asked");
        }
        granted = true;
        SourceGroup together = group;
        try {
            stream.send(SourceMessage.newBuilder().setGrant(Grant.getDefaultInstance()));
            steps.done("grant");
        } finally {
            // Whatever becomes of this stream: it is granted, and so are they.
            if (together != null) {
                together.granted(key.uid());
            }
        }
        return true;
    }

    /**
     * All targets of the group have asked. Called by the thread of the last one. A target that
     * cannot be told asks the record when the stream has ended.
     */
    void grantAfterOthers() {
        SourceLink stream = link;
        if (stream == null) {
            return;
        }
        try {
            if (tools.commit().grant(key.uid(), stream.restoreUid())
                    == SourceDecision.Action.GRANT) {
                granted = true;
                steps.done("group");
                stream.send(SourceMessage.newBuilder().setGrant(Grant.getDefaultInstance()));
            }
        } catch (IOException e) {
            LOG.warn("{}: the grant could not be sent", key, e);
            stream.end(null);
        }
    }

    /** The freeze limit holds for what the others take; once it is granted, none does. */
    private Resumed awaitOthers(SourceLink stream, Deadline deadline) throws AgentFailure {
        try {
            return stream.await(BodyCase.RESUMED, deadline, "wait for the other pods of its group")
                    .getResumed();
        } catch (AgentFailure failure) {
            if (!granted || !stream.isOpen()) {
                throw failure;
            }
            return stream.await(BodyCase.RESUMED, ANSWER_LIMIT).getResumed();
        }
    }

    /** More than CRIU can write: memory that grows until the freeze, and its own small files. */
    private long imageRoom(List<Long> processes) throws IOException {
        return tools.inspector().memoryBytes(processes) * 2 + (64L << 20);
    }

    private static Cgroup container(PodCgroup groups, ContainerOnNode container)
            throws AgentFailure {
        return groups.container(container.id())
                .orElseThrow(
                        () ->
                                new AgentFailure(
                                        FailureReason.SourceStopped,
                                        "Container " + container.name() + " has no control group"));
    }

    /** Granted, and nothing runs: the target pod is made when this one is deleted. */
    boolean podComesLater() {
        SourceLink open = link;
        return open != null && open.podComesLater();
    }

    /** Before the pod is deleted and its network plugin gives the addresses away. */
    void reserveAddresses() throws IOException, InterruptedException {
        tools.addresses().reserve(key.uid(), required(pod).sandboxId(), addresses);
    }

    /** Lets hooks and the kubelet's calls end, and takes away what only the freeze needed. */
    void endDumps() throws IOException, InterruptedException {
        for (ContainerDump dump : dumps) {
            dump.end();
        }
        for (ContainerDump dump : dumps) {
            dump.close();
            endedImageBytes += dump.imageBytes();
        }
        dumps.clear();
    }

    /** The source runs again. */
    void thawed() {
        if (frozenAt != null && length == null) {
            length = Duration.ofNanos(System.nanoTime() - frozenNanos);
            steps.done("thaw");
        }
    }

    void closeLink(@Nullable AgentFailure why) {
        SourceLink open = link;
        if (open != null) {
            AgentFailure first = failed;
            open.end(first == null ? why : first);
            link = null;
        }
    }

    String pod() {
        return checkpoint.getSpec().getPodName();
    }

    boolean ready() {
        SourceLink open = link;
        return open != null && open.isOpen() && files != null;
    }

    SourceAgent.Attempt attempt() {
        return new SourceAgent.Attempt(
                frozenAt == null ? Optional.empty() : Optional.of(report()),
                Optional.ofNullable(failed));
    }

    private FreezeReport report() {
        return new FreezeReport(
                required(frozenAt),
                Optional.ofNullable(length),
                steps.steps(),
                endedImageBytes + dumps.stream().mapToLong(ContainerDump::imageBytes).sum(),
                files == null ? 0 : files.bytes(),
                trimmedBytes,
                addresses);
    }

    /** Ends what the worker is waiting for. */
    void giveUp(AgentFailure why) {
        if (givenUp == null) {
            givenUp = why;
            Thread busy = worker;
            if (busy != null) {
                busy.interrupt();
            }
        }
    }

    private interface Work<T> {
        T run() throws AgentFailure, IOException, InterruptedException;
    }

    private <T extends @Nullable Object> T interruptibly(Work<T> work) throws AgentFailure {
        try {
            return uninterrupted(work);
        } catch (AgentFailure failure) {
            failed = failure;
            if (frozenAt != null) {
                // So that the status says how long was waited for what did not come.
                steps.done("until it failed");
            }
            throw failure;
        }
    }

    private <T extends @Nullable Object> T uninterrupted(Work<T> work) throws AgentFailure {
        worker = Thread.currentThread();
        try {
            AgentFailure already = givenUp;
            if (already != null) {
                throw already;
            }
            return work.run();
        } catch (BrokenLinkException e) {
            throw e.failure();
        } catch (IOException e) {
            AgentFailure why = givenUp;
            throw why == null ? AgentFailure.ofNode("The source's node refused", e) : why;
        } catch (InterruptedException e) {
            AgentFailure why = givenUp;
            throw why == null
                    ? new AgentFailure(FailureReason.Cancelled, "The agent is stopping", e)
                    : why;
        } finally {
            worker = null;
            // An interrupt that came too late must not hit what follows.
            Thread.interrupted();
        }
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("not prepared");
        }
        return value;
    }
}
