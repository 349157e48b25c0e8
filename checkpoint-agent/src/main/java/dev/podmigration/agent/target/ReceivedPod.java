package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.StepTimes;
import dev.podmigration.agent.commit.ReceiverDecision;
import dev.podmigration.agent.commit.ReceiverEvent;
import dev.podmigration.agent.commit.ReceiverRecord;
import dev.podmigration.agent.commit.ReceiverState;
import dev.podmigration.agent.commit.TargetRecord;
import dev.podmigration.agent.commit.TargetState;
import dev.podmigration.agent.launcher.HookAction;
import dev.podmigration.agent.launcher.RestoreGate;
import dev.podmigration.agent.launcher.RestoreMark;
import dev.podmigration.agent.launcher.RestoreOption;
import dev.podmigration.agent.peer.TreeNames;
import dev.podmigration.agent.target.RestoreTarget.Event;
import dev.podmigration.agent.wire.LogTail;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Step;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A pod that exists now and whose memory was received before. Its source is gone: it is restored
 * again and again until it runs, and when that has failed too often it is let start anew, because a
 * pod without its memory is better than none.
 */
final class ReceivedPod implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReceivedPod.class);

    /** A restore that fails for a reason of the moment has two more chances. */
    private static final int ATTEMPTS = 3;

    /** Of looking for a launcher: the pod may wait for a place or an image as long as it likes. */
    private static final Duration POD_LIMIT = Duration.ofHours(1);

    /** The kubelet waits at most five minutes before it makes a container again. */
    private static final Duration AGAIN_LIMIT = Duration.ofMinutes(10);

    /** From the first launcher on; longer than any launcher waits. */
    private static final Duration RESTORE_LIMIT = Duration.ofMinutes(12);

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Set<HookAction> MATTERS =
            Set.of(HookAction.POST_RESTORE, HookAction.PRE_RESUME, HookAction.POST_RESUME);

    private final TargetTools tools;
    private final ReceptionPlace place;
    private final String podUid;
    private final List<String> containers;
    private final boolean closeConnections;
    private final Runnable changed;
    private final StepTimes before = new StepTimes();
    private final List<LeftRestore> lettingGo = new ArrayList<>();
    private volatile @Nullable RestoreTarget running;
    private volatile boolean restoring;
    private volatile @Nullable AgentFailure failure;
    private @Nullable AgentFailure lastFailure;
    private final Thread worker;

    ReceivedPod(
            TargetTools tools,
            ReceptionPlace place,
            String podUid,
            ReceiverRecord record,
            Runnable changed) {
        this.tools = tools;
        this.place = place;
        this.podUid = podUid;
        this.containers = record.containers();
        this.closeConnections = record.closeConnections();
        this.changed = changed;
        this.worker = Thread.ofPlatform().daemon().name("received-" + podUid).unstarted(this::run);
    }

    void start() {
        worker.start();
    }

    /** Why the pod was started anew, if it was. */
    Optional<AgentFailure> failure() {
        return Optional.ofNullable(failure);
    }

    /** Its launcher has come, and the attempt has not ended. */
    boolean isRestoring() {
        return restoring;
    }

    List<Step> steps() {
        List<Step> steps = new ArrayList<>(before.steps());
        RestoreTarget target = running;
        if (target != null) {
            steps.addAll(target.steps().steps());
        }
        return steps;
    }

    private void run() {
        try {
            while (!step()) {
                changed.run();
            }
        } catch (InterruptedException e) {
            LOG.debug("Pod {} is no longer waited for", podUid, e);
        }
        changed.run();
    }

    /** True when there is nothing left to do. */
    private boolean step() throws InterruptedException {
        try {
            ReceiverRecord record = record();
            return switch (record.state()) {
                case GRANTED -> {
                    if (!place.isComplete()) {
                        lose("its memory was lost when the node was restarted");
                    } else if (record.attempts() >= ATTEMPTS) {
                        lose(
                                "it could not be restored in %d attempts%s"
                                        .formatted(ATTEMPTS, lastFailure()));
                    } else {
                        attempt(record.attempts() > 0);
                    }
                    yield false;
                }
                case RESUMED -> {
                    letGo();
                    yield true;
                }
                case STARTED_ANEW -> {
                    startAnew();
                    yield true;
                }
                case RECEIVING, ASKED, CANCELLED -> true;
            };
        } catch (IOException | AgentFailure e) {
            LOG.error("Pod {} waits: {}", podUid, e.getMessage(), e);
            Thread.sleep(PAUSE);
            return false;
        }
    }

    private String lastFailure() {
        AgentFailure last = lastFailure;
        return last == null ? "" : ", at last: " + last.getMessage();
    }

    private void lose(String why) throws IOException {
        tools.receivers().lose(place.uid(), why);
    }

    /** One restore, from the launcher to the running pod; a failure leaves nothing behind. */
    private void attempt(boolean again) throws IOException, InterruptedException {
        List<ContainerPlace> places = new ArrayList<>();
        RestoreTarget target = null;
        Network network = null;
        try {
            AtomicReference<@Nullable RestoreTarget> listener = new AtomicReference<>();
            for (int i = 0; i < containers.size(); i++) {
                places.add(open(i, listener));
            }
            // Not before: a launcher takes what it finds there as complete.
            place.link(podUid);
            awaitLauncher(places.getFirst().gate(), again);
            restoring = true;
            network = fence();
            DataDirectoryLinks.make(tools.volumes(podUid), place.dataDirectories());
            place.fillVolumes(podUid);
            before.done("files");
            target =
                    new RestoreTarget(
                            tools,
                            podUid,
                            decisions(),
                            places,
                            network,
                            // Never FREE_IMAGES: nothing else of the pod is left.
                            closeConnections ? Set.of(RestoreOption.TCP_CLOSE) : Set.of(),
                            message -> LOG.debug("{}: {}", podUid, message.getBodyCase()));
            running = target;
            listener.set(target);
            target.run(place.uid(), RESTORE_LIMIT);
            tools.seeStarted(
                            podUid,
                            places.stream()
                                    .flatMap(opened -> opened.containerId().stream())
                                    .toList())
                    .ifPresent(anew -> failure = anew);
            changed.run();
            tidyUp(places);
        } catch (AgentFailure e) {
            failed(e, target, places, network);
        } catch (IOException e) {
            failed(
                    new AgentFailure(
                            FailureReason.RestoreFailed,
                            "The restore failed: " + e.getMessage(),
                            e),
                    target,
                    places,
                    network);
        } finally {
            restoring = false;
            for (ContainerPlace opened : places) {
                opened.close();
            }
            if (network != null) {
                network.close();
            }
        }
    }

    private void awaitLauncher(RestoreGate gate, boolean again)
            throws IOException, AgentFailure, InterruptedException {
        try {
            gate.awaitArmed(again ? AGAIN_LIMIT : POD_LIMIT);
        } catch (AgentFailure timeout) {
            if (again) {
                tools.receivers().tried(place.uid());
            }
            throw timeout;
        }
        tools.receivers().tried(place.uid());
        before.done("pod");
    }

    private ContainerPlace open(int index, AtomicReference<@Nullable RestoreTarget> listener)
            throws IOException, AgentFailure {
        String name = containers.get(index);
        ContainerPlace opened =
                ContainerPlace.open(
                        tools,
                        podUid,
                        place.uid(),
                        name,
                        place.spool(TreeNames.root(name)),
                        event -> {
                            RestoreTarget target = listener.get();
                            if (target != null && MATTERS.contains(event.action())) {
                                target.post(new Event.Hook(index, event));
                            }
                        });
        for (LogTail tail : place.logs(name)) {
            opened.log(tail);
        }
        return opened;
    }

    private Network fence() throws IOException, AgentFailure, InterruptedException {
        Network network =
                Network.open(
                        tools.filter(), tools.addresses(), podUid, tools.networkNamespace(podUid));
        try {
            network.fence(record().addresses());
            network.announce();
            return network;
        } catch (IOException | InterruptedException e) {
            network.close();
            throw e;
        }
    }

    private RunDecisions decisions() {
        return new RunDecisions() {
            @Override
            public boolean mayRestore() throws IOException {
                return record().state() == ReceiverState.GRANTED;
            }

            @Override
            public boolean mustAsk() {
                // That was done before the source was deleted.
                return false;
            }

            @Override
            public boolean mustWait() {
                return false;
            }

            @Override
            public boolean mayRun() throws IOException {
                return tools.receivers().decide(place.uid(), ReceiverEvent.COMPLETE)
                        == ReceiverDecision.Action.RESUME;
            }

            @Override
            public boolean giveUp() throws IOException {
                // No mark for the launchers: the kubelet's next one is to be restored again.
                return record().state() == ReceiverState.GRANTED;
            }
        };
    }

    private void failed(
            AgentFailure why,
            @Nullable RestoreTarget target,
            List<ContainerPlace> places,
            @Nullable Network network)
            throws IOException, InterruptedException {
        LOG.warn(
                "Pod {} is not restored: {}: {}",
                podUid,
                why.reason(),
                why.getMessage(),
                why.getCause());
        lastFailure = why;
        if (target != null) {
            target.kill(why).ifPresent(anew -> failure = anew);
            return;
        }
        for (ContainerPlace opened : places) {
            opened.cancel(why.getMessage());
        }
        if (network != null) {
            network.abandon();
        }
    }

    /**
     * The record says that the pod runs, and an agent before this one may have ended before all of
     * it did.
     */
    private void letGo() throws IOException, AgentFailure, InterruptedException {
        LeftRestore left = left(tools, podUid, record());
        lettingGo.add(left);
        left.letGo();
        left.startedAnew().ifPresent(anew -> failure = anew);
    }

    /** The record says so: nothing of what was restored may be left when a launcher starts it. */
    private void startAnew() throws IOException, AgentFailure, InterruptedException {
        AgentFailure last = lastFailure;
        failure =
                StartedAnew.because(
                        String.valueOf(record().lost()), last == null ? List.of() : last.log());
        try (LeftRestore left = left(tools, podUid, record())) {
            left.end("the pod is started anew");
        }
        lift();
        RestoreMark.COMMITTED.set(tools.directories(), podUid);
        discard();
    }

    /** What an attempt, perhaps of an agent before this one, has left behind. */
    static LeftRestore left(TargetTools tools, String podUid, ReceiverRecord record) {
        return new LeftRestore(
                tools,
                new TargetRecord(
                        TargetState.RESUMED,
                        record.restore(),
                        podUid,
                        "",
                        "",
                        "",
                        record.containers(),
                        record.addresses(),
                        record.resumedAt(),
                        false));
    }

    private void lift() throws IOException, AgentFailure, InterruptedException {
        if (tools.runtime().pod(podUid).isPresent()) {
            Network.lift(tools.filter(), podUid, tools.networkNamespace(podUid));
        }
    }

    /** Beside the pod, which runs. */
    private void tidyUp(List<ContainerPlace> places) {
        try {
            for (ContainerPlace restored : places) {
                restored.tidyUp();
            }
            place.syncVolumes(podUid);
        } catch (IOException | AgentFailure e) {
            LOG.error("Pod {} runs, but its files may not survive a power failure", podUid, e);
        }
        discard();
    }

    /** Images hold all that was in memory; they have been read, or are of no use. */
    private void discard() {
        try {
            place.discard();
        } catch (IOException e) {
            // It goes with the PodRestore.
            LOG.warn("What pod {} was restored from stays for now", podUid, e);
        }
    }

    private ReceiverRecord record() throws IOException {
        return tools.receivers()
                .record(place.uid())
                .orElseThrow(() -> new IOException("The record of pod " + podUid + " is gone"));
    }

    @Override
    public void close() throws IOException {
        worker.interrupt();
        try {
            worker.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (LeftRestore left : lettingGo) {
            left.close();
        }
    }
}
