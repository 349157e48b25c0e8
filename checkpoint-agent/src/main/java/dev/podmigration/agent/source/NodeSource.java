package dev.podmigration.agent.source;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.commit.ObjectKey;
import dev.podmigration.agent.commit.SourceDecision;
import dev.podmigration.agent.commit.SourceEvent;
import dev.podmigration.agent.commit.SourceRecord;
import dev.podmigration.agent.commit.SourceState;
import dev.podmigration.agent.criu.DumpOptions;
import dev.podmigration.agent.files.Tree;
import dev.podmigration.agent.files.TreeSize;
import dev.podmigration.agent.host.Cgroup;
import dev.podmigration.agent.host.HostTree;
import dev.podmigration.agent.host.PodCgroup;
import dev.podmigration.agent.images.PagePipes;
import dev.podmigration.agent.inspect.ContainerInspector.Inspection;
import dev.podmigration.agent.runtime.ContainerOnNode;
import dev.podmigration.agent.runtime.PodOnNode;
import dev.podmigration.agent.wire.Grant;
import dev.podmigration.agent.wire.OutcomeReply;
import dev.podmigration.agent.wire.OutcomeRequest;
import dev.podmigration.agent.wire.Pending;
import dev.podmigration.agent.wire.Refusal;
import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointSpec;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.PodRestoreStatus;
import dev.podmigration.fault.FaultPoints;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The pods that leave this node. Thread-safe. */
public final class NodeSource implements SourceAgent {

    private static final Logger LOG = LoggerFactory.getLogger(NodeSource.class);
    private static final Duration THAW_LIMIT = Duration.ofSeconds(5);

    private final SourceTools tools;
    private final Cluster cluster;
    private final SourceFence fence;
    private final SourceGroups moving;
    private final Map<String, SourceMigration> migrations = new ConcurrentHashMap<>();

    /** What the API server knows and this node does not. */
    public interface Cluster {
        Optional<PodRestore> restore(String namespace, String name);

        Optional<PodCheckpoint> checkpoint(String namespace, String name);

        Optional<PodInCluster> pod(String namespace, String name);

        /** No pod of that uid is there any more, or it has a deletion timestamp. */
        boolean isBeingDeleted(String namespace, String pod, String uid);
    }

    public NodeSource(SourceTools tools, Cluster cluster) {
        this.tools = tools;
        this.cluster = cluster;
        this.fence = new SourceFence(tools.filter(), tools.host());
        this.moving = new SourceGroups(cluster);
    }

    @Override
    public Inspected inspect(PodCheckpoint checkpoint) throws AgentFailure, IOException {
        PodInCluster known = pod(checkpoint);
        PodOnNode pod = tools.pod(known.uid(), known.moving());
        PodCgroup groups = groups(pod.podUid());
        List<InspectedContainer> containers = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        for (ContainerOnNode container : pod.containers()) {
            List<Long> pids =
                    groups.container(container.id()).isPresent()
                            ? List.copyOf(groups.container(container.id()).get().processes())
                            : List.of(container.pid().orElseThrow());
            Inspection inspection = tools.inspector().inspect(container.name(), pids);
            InspectedContainer found = inspection.container();
            found.setContainerId(container.id());
            if (found.getProcessId() == null) {
                found.setProcessId(container.pid().orElseThrow());
            }
            tools.addresses().count(container.pid().orElseThrow(), found);
            containers.add(found);
            findings.addAll(inspection.findings());
            findings.addAll(
                    tools.inspector()
                            .sessions(container.name(), container.pid().orElseThrow(), pids));
        }
        findings.addAll(
                tools.inspector()
                        .forwardedPorts(
                                pod.containers().getFirst().pid().orElseThrow(),
                                processes(groups)));
        for (String container : tools.running(pod.podUid(), known.ephemeral())) {
            findings.add(
                    Finding.warning(
                            "EphemeralContainers",
                            FailureReason.EphemeralContainer,
                            "Debug container " + container + " runs and will not move"));
        }
        return new Inspected(containers, findings, fileBytes(pod));
    }

    private static Set<Long> processes(PodCgroup groups) throws IOException {
        Set<Long> pids = new HashSet<>();
        for (Cgroup container : groups.containers().values()) {
            pids.addAll(container.processes());
        }
        return pids;
    }

    private long fileBytes(PodOnNode pod) throws IOException {
        long bytes = 0;
        for (Tree tree : PodTrees.of(tools.host(), pod)) {
            bytes += TreeSize.bytes(tree);
        }
        return bytes;
    }

    /**
     * In the order in which the kubelet makes them, which the runtime does not know: there they are
     * in the order of their last start.
     */
    private PodInCluster pod(PodCheckpoint checkpoint) throws AgentFailure {
        PodCheckpointSpec spec = checkpoint.getSpec();
        PodInCluster known =
                cluster.pod(checkpoint.getMetadata().getNamespace(), spec.getPodName())
                        .filter(
                                found ->
                                        spec.getPodUid() == null
                                                || spec.getPodUid().equals(found.uid()))
                        .orElseThrow(
                                () ->
                                        new AgentFailure(
                                                FailureReason.PodNotFound,
                                                spec.getPodUid() == null
                                                        ? "There is no pod " + spec.getPodName()
                                                        : "There is no pod %s with uid %s"
                                                                .formatted(
                                                                        spec.getPodName(),
                                                                        spec.getPodUid())));
        return spec.getContainers().isEmpty()
                ? known
                : new PodInCluster(known.uid(), spec.getContainers(), known.ephemeral());
    }

    @Override
    public void prepare(PodCheckpoint checkpoint) throws AgentFailure, IOException {
        SourceMigration before = migrations.remove(checkpoint.getMetadata().getUid());
        if (before != null) {
            before.closeLink(null);
        }
        SourceMigration migration = new SourceMigration(tools, checkpoint);
        migrations.put(checkpoint.getMetadata().getUid(), migration);
        migration.prepare(restoreUid(checkpoint), pod(checkpoint));
    }

    private String restoreUid(PodCheckpoint checkpoint) throws AgentFailure {
        return cluster.restore(
                        checkpoint.getMetadata().getNamespace(),
                        checkpoint.getSpec().getPeer().getRestoreName())
                .map(restore -> restore.getMetadata().getUid())
                .orElseThrow(
                        () ->
                                new AgentFailure(
                                        FailureReason.InternalError,
                                        "The PodRestore that spec.peer names does not exist"));
    }

    @Override
    public FreezeReport migrate(PodCheckpoint checkpoint, Runnable frozen)
            throws AgentFailure, IOException {
        FreezeReport report;
        try {
            report = migrateTogether(checkpoint, frozen);
        } catch (AgentFailure why) {
            moving.fail(checkpoint, why);
            throw why;
        } catch (IOException | RuntimeException e) {
            moving.fail(
                    checkpoint,
                    new AgentFailure(
                            FailureReason.InternalError, "It could not be moved: " + e, e));
            throw e;
        }
        SourceMigration migration = migrations.get(checkpoint.getMetadata().getUid());
        try {
            migration.reserveAddresses();
            if (migration.podComesLater()) {
                // The deletion of the pod waits for this report; the rest is done when it is
                // settled.
                return report;
            }
            migration.endDumps();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        migration.closeLink(null);
        return report;
    }

    private FreezeReport migrateTogether(PodCheckpoint checkpoint, Runnable frozen)
            throws AgentFailure, IOException {
        String uid = checkpoint.getMetadata().getUid();
        Optional<SourceGroup> group = moving.join(checkpoint, member(uid));
        SourceMigration migration = migrations.get(uid);
        if (migration == null || !migration.ready()) {
            // The agent was restarted, or the stream broke while the pod still ran: nothing is
            // lost.
            prepare(checkpoint);
            migration = migrations.get(uid);
        }
        return migration.migrate(frozen, group);
    }

    private SourceGroup.Member member(String uid) {
        return new SourceGroup.Member() {
            @Override
            public void giveUp(AgentFailure why) {
                Optional.ofNullable(migrations.get(uid))
                        .ifPresent(migration -> migration.giveUp(why));
            }

            @Override
            public void grant() {
                Optional.ofNullable(migrations.get(uid))
                        .ifPresent(SourceMigration::grantAfterOthers);
            }
        };
    }

    @Override
    public void giveUp(String checkpointUid, AgentFailure why) {
        SourceMigration migration = migrations.get(checkpointUid);
        if (migration != null) {
            migration.giveUp(why);
            moving.fail(checkpointUid, migration.pod(), why);
        }
    }

    @Override
    public boolean hasBegun(PodCheckpoint checkpoint) throws IOException {
        return tools.commit().record(checkpoint.getMetadata().getUid()).isPresent();
    }

    @Override
    public Attempt attempt(String checkpointUid) {
        SourceMigration migration = migrations.get(checkpointUid);
        return migration == null ? Attempt.UNKNOWN : migration.attempt();
    }

    @Override
    public List<String> reserved(String checkpointUid) throws IOException {
        return tools.addresses().reserved(checkpointUid);
    }

    @Override
    public Outcome settle(PodCheckpoint checkpoint) throws AgentFailure, IOException {
        Outcome outcome = settleAlone(checkpoint);
        if (outcome == Outcome.ROLLED_BACK) {
            moving.fail(
                    checkpoint,
                    new AgentFailure(FailureReason.Cancelled, "The source was rolled back"));
        }
        return outcome;
    }

    private Outcome settleAlone(PodCheckpoint checkpoint) throws AgentFailure, IOException {
        String uid = checkpoint.getMetadata().getUid();
        Optional<SourceRecord> found = tools.commit().record(uid);
        if (found.isEmpty()) {
            endMigration(
                    uid, new AgentFailure(FailureReason.Cancelled, "The source was not frozen"));
            return Outcome.ROLLED_BACK;
        }
        SourceRecord record = found.get();
        SourceEvent event = event(checkpoint, record);
        return switch (tools.commit().decide(uid, event)) {
            case THAW -> {
                thaw(record);
                yield Outcome.ROLLED_BACK;
            }
            case KILL -> {
                reserveAddresses(record);
                kill(record);
                yield Outcome.RELEASED;
            }
            case NONE, GRANT, REFUSE, WAIT -> {
                // A target that still waits for the answer asks the record now.
                Optional.ofNullable(migrations.get(uid))
                        .ifPresent(migration -> migration.closeLink(null));
                reserveAddresses(record);
                yield Outcome.GRANTED;
            }
        };
    }

    /**
     * Again, in case that the first time failed or an agent before this one did not come to it:
     * once the pod's sandbox is gone, its addresses are anybody's.
     */
    private void reserveAddresses(SourceRecord record) throws IOException, AgentFailure {
        Optional<PodOnNode> pod =
                record.addresses().isEmpty()
                        ? Optional.empty()
                        : tools.runtime().pod(record.podUid());
        if (pod.isPresent()) {
            try {
                tools.addresses().reserve(record.name(), pod.get().sandboxId(), record.addresses());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AgentFailure(FailureReason.Cancelled, "The agent is stopping", e);
            }
        }
    }

    private SourceEvent event(PodCheckpoint checkpoint, SourceRecord record) {
        if (record.state() == SourceState.GRANTED || record.state() == SourceState.RELEASED) {
            if (cluster.isBeingDeleted(
                    checkpoint.getMetadata().getNamespace(),
                    checkpoint.getSpec().getPodName(),
                    checkpoint.getSpec().getPodUid())) {
                return SourceEvent.POD_DELETED;
            }
            if (checkpoint.getSpec().getGoal() == CheckpointGoal.RollBack
                    && targetNeverResumed(checkpoint)) {
                return SourceEvent.TARGET_NEVER_RESUMED;
            }
        }
        return SourceEvent.GIVE_UP;
    }

    /** The target's agent writes this phase only after its own record says so. */
    private boolean targetNeverResumed(PodCheckpoint checkpoint) {
        return Optional.ofNullable(checkpoint.getSpec().getPeer())
                .flatMap(
                        peer ->
                                cluster.restore(
                                        checkpoint.getMetadata().getNamespace(),
                                        peer.getRestoreName()))
                .map(PodRestore::getStatus)
                .map(PodRestoreStatus::getPhase)
                .filter(phase -> phase == PodRestorePhase.Cancelled)
                .isPresent();
    }

    /**
     * The record says ROLLED_BACK: the pod runs again, heard and hearing. May be repeated.
     *
     * <p>The pod's group is thawed while CRIU still holds the processes, because CRI-O looks at the
     * containers when CRIU has let them go, and must find them resumable.
     */
    private void thaw(SourceRecord record) throws IOException, AgentFailure {
        if (isFrozenAgain(record)) {
            LOG.warn(
                    "{} was rolled back, and its pod is being moved again by now: it stays as it"
                            + " is",
                    record.checkpoint());
            return;
        }
        try {
            FaultPoints.reach("source thaws");
            tools.commit().allowStart(record);
            fence.lift(record, tools.runtime().pod(record.podUid()));
            Optional<PodCgroup> groups = tools.cgroups().ofPod(record.podUid());
            if (groups.isPresent()) {
                groups.get().pod().thaw(THAW_LIMIT);
            }
            endMigration(
                    record.checkpoint().uid(),
                    new AgentFailure(FailureReason.Cancelled, "The source was rolled back"));
            // CRI-O answers when the dump is over, and the dump is over when its hooks are
            // answered.
            try (SourceTools.RefusedHooks _ = tools.refuseHooks(record.containers())) {
                if (groups.isPresent()) {
                    resume(record.containers(), groups.get());
                }
            }
            tools.addresses().giveBack(record.name());
            FaultPoints.reach("source has thawed");
            Optional.ofNullable(migrations.get(record.checkpoint().uid()))
                    .ifPresent(SourceMigration::thawed);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AgentFailure(FailureReason.Cancelled, "The agent is stopping", e);
        }
    }

    /** By another PodCheckpoint: one whose agent was away can outlive its migration. */
    private boolean isFrozenAgain(SourceRecord record) throws IOException {
        return tools.commit().all().stream()
                .filter(other -> !other.name().equals(record.name()))
                .filter(other -> other.podUid().equals(record.podUid()))
                .anyMatch(other -> other.state() != SourceState.ROLLED_BACK);
    }

    private void resume(List<String> containers, PodCgroup groups)
            throws IOException, AgentFailure, InterruptedException {
        for (String id : containers) {
            tools.runtime().noticeResumed(id);
            Optional<Cgroup> container = groups.container(id);
            if (container.isPresent()) {
                container.get().thaw(THAW_LIMIT);
            }
        }
    }

    /**
     * The record says RELEASED: kill what is frozen, then let it wake up into the signal. May be
     * repeated.
     */
    private void kill(SourceRecord record) throws IOException, AgentFailure {
        try {
            FaultPoints.reach("source kills");
            SourceMigration migration = migrations.get(record.name());
            boolean dumpsEnded = migration == null || !migration.podComesLater();
            if (dumpsEnded) {
                endMigration(record.name(), null);
                tools.letHooksGo(record.containers());
            }
            Optional<PodCgroup> groups = tools.cgroups().ofPod(record.podUid());
            if (groups.isPresent()) {
                for (String id : record.containers()) {
                    if (groups.get().container(id).isPresent()) {
                        Cgroup container = groups.get().container(id).get();
                        container.killAll();
                        container.thaw(THAW_LIMIT);
                    }
                }
                groups.get().pod().thaw(THAW_LIMIT);
            }
            if (!dumpsEnded) {
                // Not before: while the kubelet removes the pod, CRI-O's end of a dump waits for
                // what is frozen.
                endMigration(record.name(), null);
                tools.letHooksGo(record.containers());
            }
            tools.commit().allowStart(record);
            FaultPoints.reach("source has killed");
            fence.liftWhenGone(record);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AgentFailure(FailureReason.Cancelled, "The agent is stopping", e);
        }
    }

    private void endMigration(String uid, @Nullable AgentFailure why) throws IOException {
        SourceMigration migration = migrations.get(uid);
        if (migration != null) {
            migration.closeLink(why);
            try {
                migration.endDumps();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public Archived archive(PodCheckpoint checkpoint) throws AgentFailure, IOException {
        PodInCluster known = pod(checkpoint);
        PodOnNode pod = tools.pod(known.uid(), known.moving());
        DumpOptions options = DumpOptions.of(checkpoint.getSpec().getOptions());
        ObjectKey key =
                new ObjectKey(
                        checkpoint.getMetadata().getNamespace(),
                        checkpoint.getMetadata().getName(),
                        checkpoint.getMetadata().getUid());
        List<String> files = new ArrayList<>();
        boolean complete = false;
        try {
            for (ContainerOnNode container : pod.containers()) {
                LOG.info(
                        "Taking an archive of container {} of {}/{}",
                        container.name(),
                        pod.namespace(),
                        pod.name());
                for (String file : new ContainerArchive(tools, pod, container).take(options)) {
                    tools.archives().add(key, file);
                    files.add(file);
                }
            }
            complete = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AgentFailure(FailureReason.Cancelled, "The agent is stopping", e);
        } finally {
            if (!complete) {
                // Nobody would be told of the archives of some of the containers.
                tools.archives().discard(key);
            }
        }
        return new Archived(files);
    }

    @Override
    public boolean forget(PodCheckpoint checkpoint, Runnable again) throws IOException {
        String uid = checkpoint.getMetadata().getUid();
        try {
            Outcome outcome = settle(checkpoint);
            if (outcome == Outcome.GRANTED
                    || (outcome == Outcome.RELEASED && isFenced(uid, again))) {
                LOG.info(
                        "PodCheckpoint {}/{} stays until its pod is gone",
                        checkpoint.getMetadata().getNamespace(),
                        checkpoint.getMetadata().getName());
                return false;
            }
        } catch (AgentFailure e) {
            throw new IOException(e.getMessage(), e);
        }
        tools.addresses().release(uid);
        tools.commit().forget(uid);
        moving.forget(uid);
        migrations.remove(uid);
        return true;
    }

    /**
     * A fence never outlives its record: one without a record is a leftover, and is lifted when an
     * agent starts.
     */
    private boolean isFenced(String uid, Runnable again) throws IOException, AgentFailure {
        Optional<SourceRecord> record = tools.commit().record(uid);
        if (record.isEmpty()) {
            return false;
        }
        try {
            fence.tellWhenLifted(record.get(), again);
            return fence.stands(record.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AgentFailure(FailureReason.Cancelled, "The agent is stopping", e);
        }
    }

    /**
     * Brings every source of this node to the state that its record demands. Called once, before
     * anything else.
     */
    public void recover() throws IOException {
        List<PagePipes> left = new ArrayList<>();
        try {
            for (Path images : leftImages()) {
                PagePipes pipes = PagePipes.left(images);
                left.add(pipes);
                // Before anything waits for that CRIU.
                pipes.refuse();
            }
            recoverRecords();
            endLeftDumps();
            tools.heaps().recover();
        } finally {
            for (PagePipes pipes : left) {
                pipes.close();
            }
        }
    }

    private void recoverRecords() throws IOException {
        for (SourceRecord record : tools.commit().all()) {
            try {
                switch (tools.commit().decide(record.name(), SourceEvent.RESTARTED)) {
                    case THAW -> thaw(record);
                    case KILL -> kill(record);
                    case NONE, GRANT, REFUSE, WAIT -> {
                        LOG.info("{} has granted: its pod stays silent", record.checkpoint());
                        tools.letHooksGo(record.containers());
                        reserveAddresses(record);
                    }
                }
            } catch (AgentFailure e) {
                throw new IOException(
                        record.checkpoint() + " could not be recovered: " + e.getMessage(), e);
            }
        }
        tools.commit().allowOtherStarts();
        tools.commit().forgetUnneededGroups();
    }

    /**
     * Of archives, and of migrations that had not come to their record: a hook would wait for ever,
     * also for dumps of others that come later, and images would stay in memory.
     */
    private void endLeftDumps() throws IOException {
        tools.letHooksGo(tools.directories().dumps());
        for (Path pipes : tools.directories().removedDumps()) {
            HostTree.delete(pipes);
        }
        try {
            for (Path images : leftImages()) {
                LOG.info("Images that an agent before this one left are removed: {}", images);
                tools.mounts().unmount(images);
                Files.deleteIfExists(images);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("The agent is stopping", e);
        }
    }

    /** Where dumps of an agent before this one write, or have written. */
    private List<Path> leftImages() throws IOException {
        return tools.mounts().onDirectoriesNamed(ContainerOnNode.CHECKPOINT);
    }

    /** Some pod of this node stands still, and it is not decided where it goes on. */
    public boolean isAnyFrozen() throws IOException {
        return tools.commit().all().stream()
                .anyMatch(record -> record.state() == SourceState.FROZEN);
    }

    /**
     * A target asks what the record says.
     *
     * @param node of the agent that asks: only the target's may, because its question decides
     */
    public OutcomeReply outcome(String node, OutcomeRequest request) throws AgentFailure {
        try {
            Optional<SourceRecord> record = tools.commit().record(request.getCheckpointUid());
            if (record.isPresent() && !record.get().isTarget(node)) {
                throw new AgentFailure(
                        FailureReason.PeerRefused,
                        "The pod of %s does not go to node %s"
                                .formatted(record.get().checkpoint(), node));
            }
            SourceDecision.Action answer =
                    tools.commit().grant(request.getCheckpointUid(), request.getRestoreUid());
            if (answer == SourceDecision.Action.GRANT) {
                moving.granted(request.getCheckpointUid());
            }
            return reply(answer);
        } catch (IOException e) {
            throw AgentFailure.ofNode("The record cannot be read", e);
        }
    }

    private static OutcomeReply reply(SourceDecision.Action answer) {
        OutcomeReply.Builder reply = OutcomeReply.newBuilder();
        switch (answer) {
            case GRANT -> reply.setGrant(Grant.getDefaultInstance());
            case WAIT -> reply.setPending(Pending.getDefaultInstance());
            case REFUSE, THAW, KILL, NONE ->
                    reply.setRefusal(Refusal.newBuilder().setReason("the source was rolled back"));
        }
        return reply.build();
    }

    private PodCgroup groups(String podUid) throws IOException, AgentFailure {
        return tools.cgroups()
                .ofPod(podUid)
                .orElseThrow(
                        () ->
                                new AgentFailure(
                                        FailureReason.SourceStopped,
                                        "Pod " + podUid + " has no control group"));
    }
}
