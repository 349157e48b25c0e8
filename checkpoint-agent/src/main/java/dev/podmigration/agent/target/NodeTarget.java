package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.StepTimes;
import dev.podmigration.agent.commit.ObjectKey;
import dev.podmigration.agent.commit.TargetDecision;
import dev.podmigration.agent.commit.TargetEvent;
import dev.podmigration.agent.commit.TargetRecord;
import dev.podmigration.agent.commit.TargetState;
import dev.podmigration.agent.host.HostTree;
import dev.podmigration.agent.images.ImageRoom;
import dev.podmigration.agent.launcher.RestoreMark;
import dev.podmigration.agent.peer.TargetSession;
import dev.podmigration.agent.target.RestoreTarget.Event;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** The pods that come to this node. Thread-safe. */
public final class NodeTarget implements TargetAgent {

    private static final Logger LOG = LoggerFactory.getLogger(NodeTarget.class);

    /** Page tables, small images, the JVM's growth while it is copied. */
    private static final long SLACK_BYTES = 256L << 20;

    /** The kubelet may have to pull an image; the operator's own limit comes first. */
    private static final Duration ARM_LIMIT = Duration.ofHours(1);

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final String RESTARTED = "the agent was restarted in the middle of the restore";

    /** Cancelled before its pod was made: nothing is here. */
    private static final Progress NO_POD =
            new Progress(
                    PodRestorePhase.Cancelled,
                    List.of(),
                    List.of(),
                    Optional.empty(),
                    Optional.empty());

    private final TargetTools tools;
    private final Receptions receptions;
    private final Map<String, ArmedPod> pods = new HashMap<>();

    /** Those that go on although their agent was restarted. Guarded by {@link #pods}. */
    private final Map<String, LeftRestore> leftRestores = new HashMap<>();

    public NodeTarget(TargetTools tools) {
        this.tools = tools;
        this.receptions = new Receptions(tools);
    }

    @Override
    public void accept(PodRestore restore, Runnable changed) throws AgentFailure, IOException {
        String podUid = restore.getSpec().getPodUid();
        if (receptions.knows(restore)) {
            requireMemory(2 * restore.getSpec().getRequiredMemoryBytes());
            receptions.accept(restore, imageLimit(restore), roomBytes(restore), changed);
            return;
        }
        synchronized (pods) {
            if (tools.commit().record(podUid).isEmpty()) {
                requireMemory(roomBytes(restore));
                tools.commit()
                        .begin(
                                new TargetRecord(
                                        TargetState.ARMED,
                                        key(restore),
                                        podUid,
                                        "",
                                        "",
                                        "",
                                        restore.getSpec().getContainers(),
                                        List.of(),
                                        null,
                                        false));
            }
            register(restore, changed);
        }
    }

    @Override
    public void acceptAgain(PodRestore restore, Runnable changed) throws IOException {
        if (receptions.knows(restore)) {
            // Half of it came to the agent before this one: that was given up.
            return;
        }
        synchronized (pods) {
            if (tools.commit()
                    .record(restore.getSpec().getPodUid())
                    .filter(record -> record.state() == TargetState.ARMED)
                    .isPresent()) {
                register(restore, changed);
            }
        }
    }

    private void register(PodRestore restore, Runnable changed) throws IOException {
        String podUid = restore.getSpec().getPodUid();
        if (!pods.containsKey(podUid)) {
            long imageLimit = imageLimit(restore);
            long roomBytes = roomBytes(restore);
            mount(podUid, imageLimit + roomBytes);
            ArmedPod pod = ArmedPod.open(tools, restore, imageLimit, roomBytes, changed);
            pods.put(podUid, pod);
            pod.awaitArmed(ARM_LIMIT);
        }
    }

    private static long roomBytes(PodRestore restore) {
        return ImageRoom.bytesFor(restore.getSpec().getRequiredMemoryBytes());
    }

    private static long imageLimit(PodRestore restore) {
        return restore.getSpec().getRequiredMemoryBytes() * 3 / 2 + SLACK_BYTES;
    }

    /**
     * Before anything is begun.
     *
     * @param bytes of images and restored memory at once: all of both where images are kept until
     *     the pod runs, otherwise CRIU frees the ones for the other
     */
    private void requireMemory(long bytes) throws AgentFailure, IOException {
        long required = bytes + SLACK_BYTES;
        long available = tools.availableMemoryBytes();
        if (available < required) {
            throw new AgentFailure(
                    FailureReason.TargetMemoryTooSmall,
                    "The restore needs %d MiB on this node and %d MiB are available"
                            .formatted(required >> 20, available >> 20));
        }
    }

    /** Some pod is put together on this node, or has not been let go to the end. */
    public boolean isAnyBeingRestored() throws IOException {
        return receptions.isAnyBeingRestored()
                || tools.commit().all().stream()
                        .anyMatch(
                                record ->
                                        switch (record.state()) {
                                            case RESTORING, ASKED -> true;
                                            case RESUMED ->
                                                    !RestoreMark.COMMITTED.isSet(
                                                            tools.directories(), record.podUid());
                                            case ARMED, CANCELLED -> false;
                                        });
    }

    @Override
    public void bind(PodRestore restore, Runnable changed) throws IOException {
        receptions.bind(restore, changed);
    }

    @Override
    public Progress state(PodRestore restore) throws IOException {
        if (receptions.knows(restore)) {
            return receptions.state(restore);
        }
        String podUid = restore.getSpec().getPodUid();
        if (podUid == null) {
            return NO_POD;
        }
        Optional<ArmedPod> pod = find(podUid);
        Optional<AgentFailure> anew = startedAnew(podUid, pod);
        Optional<TargetRecord> record = tools.commit().record(podUid);
        PodRestorePhase phase =
                record.map(
                                found ->
                                        switch (found.state()) {
                                            case ARMED ->
                                                    pod.map(ArmedPod::isArmed).orElse(false)
                                                            ? PodRestorePhase.Armed
                                                            : PodRestorePhase.Accepted;
                                            case RESTORING, ASKED -> PodRestorePhase.Restoring;
                                            case RESUMED -> granted(pod, anew);
                                            case CANCELLED -> PodRestorePhase.Cancelled;
                                        })
                        .orElse(PodRestorePhase.Cancelled);
        return new Progress(
                phase,
                record.map(TargetRecord::keptAddresses).orElse(List.of()),
                pod.flatMap(ArmedPod::steps).map(StepTimes::steps).orElse(List.of()),
                record.flatMap(found -> Optional.ofNullable(found.resumedAt())),
                anew.or(() -> pod.flatMap(ArmedPod::failure)));
    }

    /** What becomes of the grant is told when it is known, and then for ever. */
    private static PodRestorePhase granted(Optional<ArmedPod> pod, Optional<AgentFailure> anew) {
        if (anew.isPresent()) {
            return PodRestorePhase.StartedAnew;
        }
        return pod.filter(ArmedPod::isRestoring).isPresent()
                ? PodRestorePhase.Restoring
                : PodRestorePhase.Committed;
    }

    private Optional<AgentFailure> startedAnew(String podUid, Optional<ArmedPod> pod) {
        synchronized (pods) {
            return pod.flatMap(ArmedPod::startedAnew)
                    .or(
                            () ->
                                    Optional.ofNullable(leftRestores.get(podUid))
                                            .flatMap(LeftRestore::startedAnew));
        }
    }

    @Override
    public void cancel(PodRestore restore) throws IOException {
        if (receptions.knows(restore)) {
            receptions.cancel(restore);
        } else if (restore.getSpec().getPodUid() != null) {
            cancel(restore.getSpec().getPodUid(), "the operator cancelled it");
        }
    }

    /**
     * A pod that was made to be restored here is being deleted. If it was never accepted, because
     * its migration was undone before, its launcher is told not to wait for that: the kubelet
     * cannot end the pod while it does.
     */
    public void refuse(String podUid) throws IOException {
        synchronized (pods) {
            if (!isAccepted(podUid) && !RestoreMark.COMMITTED.isSet(tools.directories(), podUid)) {
                RestoreMark.CANCELLED.set(tools.directories(), podUid);
            }
        }
    }

    /**
     * Somebody has a record of it.
     *
     * @param uid of a pod, or of the PodRestore of one that does not exist yet
     */
    private boolean isAccepted(String uid) throws IOException {
        return tools.commit().record(uid).isPresent()
                || tools.receivers().all().stream()
                        .anyMatch(
                                record -> uid.equals(record.podUid()) || uid.equals(record.name()));
    }

    /** It is gone, and nobody needs the mark. */
    public void forgetRefused(String podUid) throws IOException {
        synchronized (pods) {
            if (tools.commit().record(podUid).isEmpty()
                    && RestoreMark.CANCELLED.isSet(tools.directories(), podUid)) {
                tools.directories().removeRestoreRecord(podUid);
            }
        }
    }

    /** Marks of pods that went when no agent was there to see it. */
    private void forgetRefusedBut(Set<String> podsOfNode) throws IOException {
        for (String uid : tools.directories().restoreRecords()) {
            if (!isAccepted(uid)
                    && !podsOfNode.contains(uid)
                    && tools.runtime().pod(uid).isEmpty()) {
                forgetRefused(uid);
            }
        }
    }

    private void cancel(String podUid, String why) throws IOException {
        Optional<ArmedPod> pod = find(podUid);
        if (pod.isPresent()) {
            pod.get().cancel(new AgentFailure(FailureReason.Cancelled, why));
            return;
        }
        Optional<TargetRecord> record = tools.commit().record(podUid);
        if (record.isPresent()
                && tools.commit().decide(podUid, TargetEvent.GIVE_UP)
                        == TargetDecision.Action.KILL) {
            new LeftRestore(tools, record.get()).kill(why);
        }
    }

    @Override
    public boolean forget(PodRestore restore) throws IOException {
        if (receptions.knows(restore)) {
            receptions.forget(restore);
            return true;
        }
        String podUid = restore.getSpec().getPodUid();
        if (podUid == null) {
            return true;
        }
        Optional<TargetRecord> record = tools.commit().record(podUid);
        if (record.isPresent() && record.get().state() != TargetState.RESUMED) {
            cancel(podUid, "the PodRestore was deleted");
            if (isBound(podUid)) {
                return false;
            }
        }
        ArmedPod pod;
        LeftRestore left;
        synchronized (pods) {
            pod = pods.remove(podUid);
            left = leftRestores.remove(podUid);
        }
        if (pod != null) {
            pod.close();
        }
        if (left != null) {
            left.close();
        }
        unmount(podUid);
        // The marks stay while the kubelet can still start the pod: without COMMITTED a crash would
        // not
        // be repaired, without CANCELLED a launcher would wait.
        if (tools.runtime().pod(podUid).isEmpty()) {
            remove(podUid);
        } else {
            Thread.ofVirtual().name("remove-" + podUid).start(() -> removeWhenGone(podUid));
        }
        return true;
    }

    /** It has asked for itself and others, so nothing but the answer ends it. */
    private boolean isBound(String podUid) throws IOException {
        return tools.commit()
                .record(podUid)
                .filter(record -> record.inGroup() && record.state() == TargetState.ASKED)
                .isPresent();
    }

    private void removeWhenGone(String podUid) {
        try {
            while (tools.runtime().pod(podUid).isPresent()) {
                Thread.sleep(LOOK);
            }
            remove(podUid);
        } catch (IOException e) {
            // The next start of the agent removes it.
            LOG.warn("The record of pod {} stays behind for now", podUid, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void remove(String podUid) throws IOException {
        tools.liftOnNode(podUid);
        tools.commit().forget(podUid);
        tools.directories().removeRestoreRecord(podUid);
    }

    /**
     * Brings every restore of this node to an end that its record allows, or waits on. Called once,
     * before anything else.
     *
     * @param podsOfNode uids of the pods that the API server has for this node: after a reboot the
     *     runtime knows none of them, and their launchers are still to find their marks
     */
    public void recover(Set<String> podsOfNode, Runnable changed) throws IOException {
        receptions.recover(podsOfNode, changed);
        forgetRefusedBut(podsOfNode);
        for (TargetRecord record : tools.commit().all()) {
            boolean over =
                    record.state() == TargetState.RESUMED
                            || record.state() == TargetState.CANCELLED;
            if (over
                    && !podsOfNode.contains(record.podUid())
                    && tools.runtime().pod(record.podUid()).isEmpty()) {
                remove(record.podUid());
                continue;
            }
            LeftRestore left = new LeftRestore(tools, record);
            switch (tools.commit().decide(record.podUid(), TargetEvent.RESTARTED)) {
                case RESUME -> letGo(record, left);
                case KILL -> left.kill(RESTARTED);
                case ASK -> {
                    if (record.inGroup() && left.isComplete()) {
                        insist(record, left, changed);
                    } else {
                        askAgain(record, left);
                        changed.run();
                    }
                }
                case RESTORE, NONE -> {
                    LOG.info("{}: still waits to be restored", record.restore());
                    left.giveAddressesBack();
                }
            }
        }
    }

    private void letGo(TargetRecord record, LeftRestore left) throws IOException {
        try {
            left.letGo();
            synchronized (pods) {
                leftRestores.put(record.podUid(), left);
            }
        } catch (AgentFailure gone) {
            LOG.warn("{}: the pod cannot be let go", record.restore(), gone);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("The agent is stopping", e);
        }
    }

    /**
     * The source may have granted: only its record knows. CRIU still waits in its hook, or is gone.
     */
    private void askAgain(TargetRecord record, LeftRestore left) throws IOException {
        if (!left.isComplete()) {
            giveUp(record, left, TargetEvent.MEMORY_LOST, "CRIU is gone");
            return;
        }
        try {
            obey(tools.ask(record), record, left);
        } catch (AgentFailure e) {
            // Giving up is safe: the source stays silent until the operator has read this record.
            LOG.warn("{}: the source could not be asked", record.restore(), e);
            giveUp(record, left, TargetEvent.GIVE_UP, "its source could not be asked");
        }
    }

    private void obey(Event.Answer answer, TargetRecord record, LeftRestore left)
            throws IOException {
        if (!answer.granted()) {
            giveUp(record, left, TargetEvent.REFUSED, answer.reason());
        } else if (tools.commit().decide(record.podUid(), TargetEvent.GRANTED)
                == TargetDecision.Action.RESUME) {
            letGo(record, left);
        }
    }

    /** Others may run because this pod has asked, so it waits for an answer, however long. */
    private void insist(TargetRecord record, LeftRestore left, Runnable changed) {
        Thread.ofPlatform()
                .daemon()
                .name("ask-" + record.podUid())
                .start(
                        () -> {
                            try {
                                Optional<Event.Answer> answer = tools.insist(record.podUid());
                                if (answer.isPresent()) {
                                    obey(answer.get(), record, left);
                                }
                            } catch (IOException e) {
                                // The record still says ASKED: the next start asks again.
                                LOG.error("{}: the answer is not recorded", record.restore(), e);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            changed.run();
                        });
    }

    private void giveUp(TargetRecord record, LeftRestore left, TargetEvent event, String why)
            throws IOException {
        tools.commit().decide(record.podUid(), event);
        left.kill(RESTARTED + ": " + why);
    }

    private void mount(String podUid, long sizeBytes) throws IOException {
        try {
            tools.mounts().mount(tools.directories().restores(podUid), sizeBytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("The agent is stopping", e);
        }
    }

    private void unmount(String podUid) throws IOException {
        try {
            tools.mounts().unmount(tools.directories().restores(podUid));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("The agent is stopping", e);
        }
        // After a reboot there is no file system of its own there, but what was made since.
        HostTree.delete(tools.directories().restores(podUid));
    }

    /**
     * A source's agent opened a stream.
     *
     * @param restores finds the PodRestores of this node by namespace and name
     * @param sourceNode as its certificate says
     */
    public TargetSession open(
            BiFunction<String, String, Optional<PodRestore>> restores,
            String sourceNode,
            Consumer<TargetMessage> replies) {
        return new IncomingMigration(this, restores, sourceNode, replies);
    }

    /** What the stream of a source may fill for this PodRestore. */
    Optional<Arrival> arrival(PodRestore restore) throws IOException {
        return receptions.knows(restore)
                ? receptions.arrival(restore)
                : find(restore.getSpec().getPodUid())
                        .filter(ArmedPod::isArmed)
                        .map(Arrival.class::cast);
    }

    Optional<ArmedPod> find(String podUid) {
        synchronized (pods) {
            return Optional.ofNullable(pods.get(podUid));
        }
    }

    private static ObjectKey key(PodRestore restore) {
        return new ObjectKey(
                restore.getMetadata().getNamespace(),
                restore.getMetadata().getName(),
                restore.getMetadata().getUid());
    }
}
