package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.commit.ObjectKey;
import dev.podmigration.agent.commit.ReceiverDecision;
import dev.podmigration.agent.commit.ReceiverEvent;
import dev.podmigration.agent.commit.ReceiverRecord;
import dev.podmigration.agent.commit.ReceiverState;
import dev.podmigration.agent.launcher.RestoreMark;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.RestoreAddress;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.api.v1alpha1.Step;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The pods that this node receives before they exist, because they keep their names. */
final class Receptions {

    private static final Logger LOG = LoggerFactory.getLogger(Receptions.class);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final TargetTools tools;
    private final Map<String, Reception> arriving = new HashMap<>();
    private final Map<String, ReceivedPod> pods = new HashMap<>();

    Receptions(TargetTools tools) {
        this.tools = tools;
    }

    /** Whether a PodRestore is one of these; its goal alone does not tell that later. */
    boolean knows(PodRestore restore) throws IOException {
        return restore.getSpec().getGoal() == RestoreGoal.Receive
                || tools.receivers().record(uid(restore)).isPresent();
    }

    synchronized void accept(PodRestore restore, long imageLimit, long roomBytes, Runnable changed)
            throws IOException {
        String uid = uid(restore);
        if (arriving.containsKey(uid)) {
            return;
        }
        List<String> containers = restore.getSpec().getContainers();
        tools.receivers()
                .begin(
                        ReceiverRecord.receiving(
                                new ObjectKey(
                                        restore.getMetadata().getNamespace(),
                                        restore.getMetadata().getName(),
                                        uid),
                                containers,
                                restore.getSpec().getAddress() == RestoreAddress.New));
        ReceptionPlace place = new ReceptionPlace(tools, uid, containers);
        place.mount(imageLimit + roomBytes);
        arriving.put(uid, new Reception(tools, place, containers, imageLimit, roomBytes, changed));
    }

    synchronized Optional<Arrival> arrival(PodRestore restore) {
        return Optional.ofNullable(arriving.get(uid(restore)));
    }

    /** The pod exists. What was received is restored as soon as it is granted. */
    synchronized void bind(PodRestore restore, Runnable changed) throws IOException {
        Optional<ReceiverRecord> record = tools.receivers().record(uid(restore));
        String podUid = restore.getSpec().getPodUid();
        if (record.isPresent()
                && podUid != null
                && record.get().state() == ReceiverState.GRANTED
                && !pods.containsKey(uid(restore))) {
            tools.receivers().bind(uid(restore), podUid);
            bring(podUid, record.get(), changed);
        }
    }

    private void bring(String podUid, ReceiverRecord record, Runnable changed) {
        ReceivedPod pod = new ReceivedPod(tools, place(record), podUid, record, changed);
        pods.put(record.name(), pod);
        pod.start();
    }

    synchronized TargetAgent.Progress state(PodRestore restore) throws IOException {
        Optional<ReceiverRecord> record = tools.receivers().record(uid(restore));
        Optional<ReceivedPod> pod = Optional.ofNullable(pods.get(uid(restore)));
        PodRestorePhase phase =
                record.map(
                                found ->
                                        switch (found.state()) {
                                            case RECEIVING, ASKED -> PodRestorePhase.Accepted;
                                            case GRANTED -> PodRestorePhase.Granted;
                                            case RESUMED ->
                                                    pod.flatMap(ReceivedPod::failure).isPresent()
                                                            ? PodRestorePhase.StartedAnew
                                                            : PodRestorePhase.Committed;
                                            case STARTED_ANEW -> PodRestorePhase.StartedAnew;
                                            case CANCELLED -> PodRestorePhase.Cancelled;
                                        })
                        .orElse(PodRestorePhase.Cancelled);
        Optional<AgentFailure> arrival =
                Optional.ofNullable(arriving.get(uid(restore))).map(Reception::failure);
        List<Step> steps = pod.map(ReceivedPod::steps).orElse(List.of());
        return new TargetAgent.Progress(
                phase,
                record.filter(found -> found.state() != ReceiverState.STARTED_ANEW)
                        .map(ReceiverRecord::addresses)
                        .orElse(List.of()),
                steps,
                record.flatMap(found -> Optional.ofNullable(found.resumedAt())),
                pod.flatMap(ReceivedPod::failure).or(() -> arrival));
    }

    /** Some pod waits for an answer, or is put together, or has not been let go to the end. */
    synchronized boolean isAnyBeingRestored() throws IOException {
        return tools.receivers().all().stream()
                .anyMatch(
                        record ->
                                switch (record.state()) {
                                    case ASKED -> true;
                                    case GRANTED ->
                                            Optional.ofNullable(pods.get(record.name()))
                                                    .filter(ReceivedPod::isRestoring)
                                                    .isPresent();
                                    case RESUMED ->
                                            !RestoreMark.COMMITTED.isSet(
                                                    tools.directories(),
                                                    String.valueOf(record.podUid()));
                                    case RECEIVING, STARTED_ANEW, CANCELLED -> false;
                                });
    }

    void cancel(PodRestore restore) throws IOException {
        cancel(uid(restore), "the operator cancelled it");
    }

    private synchronized void cancel(String uid, String why) throws IOException {
        Reception reception = arriving.get(uid);
        if (reception != null) {
            reception.cancel(new AgentFailure(FailureReason.Cancelled, why));
        } else if (tools.receivers().record(uid).isPresent()) {
            tools.receivers().decide(uid, ReceiverEvent.GIVE_UP);
        }
    }

    /** The PodRestore is being deleted. */
    void forget(PodRestore restore) throws IOException {
        String uid = uid(restore);
        Optional<ReceiverRecord> found = tools.receivers().record(uid);
        if (found.isEmpty()) {
            return;
        }
        cancel(uid, "the PodRestore was deleted");
        ReceivedPod pod;
        Reception reception;
        synchronized (this) {
            pod = pods.remove(uid);
            reception = arriving.remove(uid);
        }
        if (pod != null) {
            pod.close();
        }
        if (reception != null) {
            reception.close();
        }
        leave(found.get(), Set.of());
    }

    /** Nothing of the memory stays. A pod that is there lives on, or starts anew. */
    private void leave(ReceiverRecord record, Set<String> podsOfNode) throws IOException {
        String podUid = record.podUid();
        if (podUid == null) {
            place(record).discard();
            tools.receivers().forget(record.name());
            return;
        }
        if (tools.receivers().lose(record.name(), "its PodRestore was deleted")
                == ReceiverDecision.Action.START_ANEW) {
            RestoreMark.COMMITTED.set(tools.directories(), podUid);
        }
        tools.receivers().leave(record.name());
        place(record).discard();
        place(record).unlink(podUid);
        // The mark stays while the kubelet can still start the pod: without it a crash would not be
        // repaired.
        if (podsOfNode.contains(podUid)) {
            LOG.info("{}: its mark stays as long as its pod", record.restore());
        } else if (tools.runtime().pod(podUid).isEmpty()) {
            remove(record.name(), podUid);
        } else {
            Thread.ofVirtual()
                    .name("remove-" + podUid)
                    .start(() -> removeWhenGone(record.name(), podUid));
        }
    }

    private void removeWhenGone(String uid, String podUid) {
        try {
            while (tools.runtime().pod(podUid).isPresent()) {
                Thread.sleep(LOOK);
            }
            remove(uid, podUid);
        } catch (IOException e) {
            // The next start of the agent removes it.
            LOG.warn("The record of pod {} stays behind for now", podUid, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void remove(String uid, String podUid) throws IOException {
        tools.liftOnNode(podUid);
        tools.directories().removeRestoreRecord(podUid);
        tools.receivers().forget(uid);
    }

    /**
     * Goes on where the agent before this one ended. Called once, before anything else.
     *
     * @param podsOfNode uids of the pods that the API server has for this node
     */
    synchronized void recover(Set<String> podsOfNode, Runnable changed) throws IOException {
        for (ReceiverRecord record : tools.receivers().all()) {
            if (record.left()) {
                leave(record, podsOfNode);
                continue;
            }
            boolean lost = record.state() == ReceiverState.ASKED && !place(record).isComplete();
            ReceiverEvent event = lost ? ReceiverEvent.MEMORY_LOST : ReceiverEvent.RESTARTED;
            switch (tools.receivers().decide(record.name(), event)) {
                case ASK -> new GrantQuestion(tools, record.name()).ask(changed);
                case RESTORE, RESUME, START_ANEW -> goOn(record, changed);
                case KILL, NONE -> LOG.info("{}: given up", record.restore());
            }
        }
    }

    private void goOn(ReceiverRecord record, Runnable changed) throws IOException {
        String podUid = record.podUid();
        if (podUid == null) {
            LOG.info("{}: granted, its pod does not exist yet", record.restore());
            return;
        }
        if (record.state() == ReceiverState.GRANTED) {
            try (LeftRestore left = ReceivedPod.left(tools, podUid, record)) {
                left.end("the agent was restarted in the middle of the restore");
            }
        }
        bring(podUid, record, changed);
    }

    private ReceptionPlace place(ReceiverRecord record) {
        return new ReceptionPlace(tools, record.name(), record.containers());
    }

    private static String uid(PodRestore restore) {
        return restore.getMetadata().getUid();
    }
}
