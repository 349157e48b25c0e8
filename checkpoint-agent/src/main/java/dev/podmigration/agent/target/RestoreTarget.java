package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.StepTimes;
import dev.podmigration.agent.launcher.ArmedLauncher;
import dev.podmigration.agent.launcher.HookAction;
import dev.podmigration.agent.launcher.HookEvent;
import dev.podmigration.agent.launcher.RestoreGate;
import dev.podmigration.agent.launcher.RestoreMark;
import dev.podmigration.agent.launcher.RestoreOption;
import dev.podmigration.agent.linux.Signal;
import dev.podmigration.agent.wire.GrantRequest;
import dev.podmigration.agent.wire.Resumed;
import dev.podmigration.agent.wire.StepTime;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.fault.FaultPoints;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Restores the containers of one pod in the order in which the kubelet creates them, asks for the
 * grant at the last one, and lets all of them go together. One run, by one thread; the inbox takes
 * events from others.
 */
final class RestoreTarget {

    private static final Logger LOG = LoggerFactory.getLogger(RestoreTarget.class);

    /** What a run waits for. */
    sealed interface Event {
        /** CRIU asks or reports about the container of that index. */
        record Hook(int container, HookEvent event) implements Event {}

        /** The launcher of that container ended with this exit code. */
        record LauncherEnded(int container, int code) implements Event {}

        /** The source's answer. */
        record Answer(boolean granted, String reason) implements Event {}

        /** Somebody wants the run to end, or the source cannot be asked. */
        record Stop(AgentFailure why) implements Event {}

        /** The run cannot go on. */
        record Broken(AgentFailure why) implements Event {}
    }

    private final TargetTools tools;
    private final String podUid;
    private final RunDecisions decisions;
    private final List<ContainerPlace> containers;
    private final @Nullable RestoreFence fence;
    private final Set<RestoreOption> options;
    private final Consumer<TargetMessage> replies;
    private final BlockingQueue<Event> inbox = new LinkedBlockingQueue<>();
    private final StepTimes steps = new StepTimes();
    private final List<Long> held = new ArrayList<>();

    /** The record says RESUMED: what others want or answer comes too late. */
    private boolean granted;

    /**
     * The run has ended after the grant: whatever CRIU still asks, nothing must keep it waiting.
     */
    private volatile boolean lettingGo;

    RestoreTarget(
            TargetTools tools,
            String podUid,
            RunDecisions decisions,
            List<ContainerPlace> containers,
            @Nullable RestoreFence fence,
            Set<RestoreOption> options,
            Consumer<TargetMessage> replies) {
        this.tools = tools;
        this.podUid = podUid;
        this.decisions = decisions;
        this.containers = List.copyOf(containers);
        this.fence = fence;
        this.options = Set.copyOf(options);
        this.replies = replies;
    }

    void post(Event event) {
        if (lettingGo && event instanceof Event.Hook hook) {
            tools.agree(containers.get(hook.container()).gate(), hook.event());
        } else {
            inbox.add(event);
        }
    }

    StepTimes steps() {
        return steps;
    }

    /**
     * Restores everything that is in place. Returns when the pod runs.
     *
     * @param requestUid uid of the PodRestore, which the source's record names
     * @throws AgentFailure why it does not run; nothing of it does then
     */
    void run(String requestUid, Duration limit)
            throws AgentFailure, IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        steps.begin();
        if (!decisions.mayRestore()) {
            throw new AgentFailure(FailureReason.Cancelled, "The restore was cancelled");
        }
        int last = containers.size() - 1;
        for (int i = 0; i < last; i++) {
            order(i, end);
            answer(i, HookAction.POST_RESTORE, end);
            HookEvent letGo = hook(i, HookAction.PRE_RESUME, end);
            hold(i, letGo.initPid());
            containers.get(i).answer(letGo, true);
            launcherEnded(i, end);
            steps.done("container " + containers.get(i).name());
        }
        order(last, end);
        HookEvent complete = hook(last, HookAction.POST_RESTORE, end);
        steps.done("restore");
        askForGrant(requestUid, end);
        steps.done("grant");
        containers.get(last).answer(complete, true);
        HookEvent letGo = hook(last, HookAction.PRE_RESUME, end);
        FaultPoints.reach("target lifts the fence");
        fenced().lift();
        containers.get(last).answer(letGo, true);
        steps.done("lift");
        sendToHeld(Signal.CONTINUE);
        boolean launcherEnded = resumed(last, end);
        FaultPoints.reach("target runs");
        int frames = fenced().release();
        Instant now = Instant.now();
        steps.done("resume");
        Resumed.Builder resumed =
                Resumed.newBuilder().setResumedAtMillis(now.toEpochMilli()).setHeldFrames(frames);
        steps.micros()
                .forEach(
                        (name, micros) ->
                                resumed.addSteps(
                                        StepTime.newBuilder().setName(name).setMicros(micros)));
        replies.accept(TargetMessage.newBuilder().setResumed(resumed).build());
        // Only now, because it costs a disk's flush: until it is there the record says the same to
        // a restarted agent.
        RestoreMark.COMMITTED.set(tools.directories(), podUid);
        if (!launcherEnded) {
            launcherEnded(last, end);
        }
    }

    /**
     * CRIU tells that it has let the container go, and its launcher ends; which is seen first is
     * chance. The record says RESUMED by now: nothing that happens here can take the grant back.
     *
     * @return whether it was the launcher
     */
    private boolean resumed(int last, long end)
            throws AgentFailure, IOException, InterruptedException {
        Event event = next(end);
        if (event instanceof Event.Hook hook
                && hook.container() == last
                && hook.event().action() == HookAction.POST_RESUME) {
            return false;
        }
        if (event instanceof Event.LauncherEnded ended
                && ended.container() == last
                && ended.code() == 0) {
            return true;
        }
        throw unexpected(event, HookAction.POST_RESUME.text());
    }

    private void order(int i, long end) throws AgentFailure, IOException, InterruptedException {
        ContainerPlace place = containers.get(i);
        ArmedLauncher launcher = place.arm(left(end));
        place.gate().restore(launcher, options);
        Thread.ofPlatform()
                .daemon()
                .name("launcher-" + place.name())
                .start(() -> watch(i, launcher, left(end)));
    }

    private void watch(int i, ArmedLauncher launcher, Duration limit) {
        try {
            post(new Event.LauncherEnded(i, containers.get(i).gate().awaitResult(launcher, limit)));
        } catch (AgentFailure failure) {
            post(new Event.Broken(failure));
        } catch (IOException e) {
            post(new Event.Broken(AgentFailure.ofNode("The launcher cannot be watched", e)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void askForGrant(String requestUid, long end)
            throws AgentFailure, IOException, InterruptedException {
        if (decisions.mustAsk()) {
            containers.getLast().requireWanted();
            replies.accept(
                    TargetMessage.newBuilder()
                            .setGrantRequest(GrantRequest.newBuilder().setRestoreUid(requestUid))
                            .build());
            awaitGrant(end);
        }
        if (!decisions.mayRun()) {
            throw new AgentFailure(
                    FailureReason.Cancelled, "The restore was cancelled before the grant came");
        }
        granted = true;
    }

    private void awaitGrant(long end) throws AgentFailure, IOException, InterruptedException {
        Optional<Event> event = Optional.ofNullable(awaitEvent(end));
        boolean asked = false;
        while (event.isEmpty() || event.get() instanceof Event.Stop) {
            if (!decisions.mustWait()) {
                throw event.isEmpty() ? tooLong() : unexpected(event.get(), "the source's answer");
            }
            LOG.warn(
                    "Pod {} has asked, and others may run because it has, so it waits in spite of:"
                            + " {}",
                    podUid,
                    event.map(Event::toString).orElse("its limit"));
            if (!asked) {
                // The stream may have ended just before the question was sent on it.
                askRecord();
                asked = true;
            }
            event = Optional.of(inbox.take());
        }
        if (!(event.get() instanceof Event.Answer answer)) {
            throw unexpected(event.get(), "the source's answer");
        }
        if (!answer.granted()) {
            throw new AgentFailure(
                    FailureReason.GrantRefused, "The source did not grant: " + answer.reason());
        }
    }

    /** The source's record, by a way of its own; the answer comes as an event. */
    void askRecord() {
        Thread.ofPlatform()
                .daemon()
                .name("ask-" + podUid)
                .start(() -> tools.ask(podUid).ifPresent(this::post));
    }

    /**
     * The container's tasks must not run when CRIU lets go of them: the pod is not granted yet. A
     * signal that waits is taken before any instruction of theirs. Only the tasks: the runtime's
     * own restore is in the container's group too, and the kubelet makes the next container when it
     * ends.
     *
     * @param init the container's first task, which tells the process namespace of all
     */
    private void hold(int i, long init) throws AgentFailure, IOException {
        Path namespace = processNamespace(init);
        for (long pid : containers.get(i).cgroup().processes()) {
            if (processNamespace(pid).equals(namespace)) {
                Signal.STOP.send(pid);
                held.add(pid);
            }
        }
    }

    private Path processNamespace(long pid) throws IOException {
        return Files.readSymbolicLink(tools.host().process(pid, "ns/pid"));
    }

    private void sendToHeld(Signal signal) throws IOException {
        for (long pid : held) {
            signal.sendIfAlive(pid);
        }
        held.clear();
    }

    private void answer(int i, HookAction action, long end)
            throws AgentFailure, IOException, InterruptedException {
        containers.get(i).answer(hook(i, action, end), true);
    }

    private HookEvent hook(int i, HookAction action, long end)
            throws AgentFailure, IOException, InterruptedException {
        Event event = next(end);
        if (event instanceof Event.Hook hook
                && hook.container() == i
                && hook.event().action() == action) {
            return hook.event();
        }
        throw unexpected(event, action.text() + " of container " + containers.get(i).name());
    }

    private void launcherEnded(int i, long end)
            throws AgentFailure, IOException, InterruptedException {
        Event event = next(end);
        while (event instanceof Event.Hook hook
                && hook.event().action() == HookAction.POST_RESUME) {
            event = next(end);
        }
        if (event instanceof Event.LauncherEnded ended
                && ended.container() == i
                && ended.code() == 0) {
            return;
        }
        throw unexpected(event, "the launcher of container " + containers.get(i).name());
    }

    private Event next(long end) throws AgentFailure, InterruptedException {
        Event event = poll(end);
        while (granted && isTooLate(event)) {
            LOG.info("Pod {} is granted, so this changes nothing: {}", podUid, event);
            event = poll(end);
        }
        return event;
    }

    private Event poll(long end) throws AgentFailure, InterruptedException {
        Event event = awaitEvent(end);
        if (event == null) {
            throw tooLong();
        }
        return event;
    }

    private @Nullable Event awaitEvent(long end) throws InterruptedException {
        return inbox.poll(left(end).toNanos(), TimeUnit.NANOSECONDS);
    }

    private static AgentFailure tooLong() {
        return new AgentFailure(
                FailureReason.FreezeLimitExceeded, "The restore did not end within its limit");
    }

    private static boolean isTooLate(Event event) {
        return switch (event) {
            case Event.Stop _, Event.Answer _ -> true;
            case Event.Hook _, Event.LauncherEnded _, Event.Broken _ -> false;
        };
    }

    private AgentFailure unexpected(Event event, String expected) {
        return switch (event) {
            case Event.Stop stop -> stop.why();
            case Event.Broken broken -> broken.why();
            case Event.LauncherEnded ended ->
                    tools.criuLogs()
                            .restoreFailure(
                                    containers
                                            .get(ended.container())
                                            .gate()
                                            .work()
                                            .resolve("restore.log"),
                                    containers.get(ended.container()).name(),
                                    new AgentFailure(
                                            FailureReason.RestoreFailed,
                                            "The runtime ended with exit code %d while %s was expected"
                                                    .formatted(ended.code(), expected)));
            case Event.Hook hook ->
                    new AgentFailure(
                            FailureReason.InternalError,
                            "CRIU reported %s while %s was expected"
                                    .formatted(hook.event(), expected));
            case Event.Answer answer ->
                    new AgentFailure(
                            FailureReason.InternalError,
                            "%s came while %s was expected".formatted(answer, expected));
        };
    }

    private RestoreFence fenced() {
        return Objects.requireNonNull(fence, "restored without a fence");
    }

    private static Duration left(long end) {
        return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }

    /**
     * Whatever the run did not come to. Processes that are gone are started anew by the kubelet,
     * which needs the mark for that.
     */
    private Optional<AgentFailure> letGo(AgentFailure why)
            throws IOException, InterruptedException {
        if (!granted) {
            return Optional.empty();
        }
        List<RestoreGate> forsaken = new ArrayList<>();
        for (ContainerPlace place : containers) {
            if (place.endForsaken()) {
                forsaken.add(place.gate());
            }
        }
        lettingGo = true;
        fenced().lift();
        for (ContainerPlace place : containers) {
            place.agree();
        }
        sendToHeld(Signal.CONTINUE);
        tools.letStart(podUid, forsaken);
        tools.mounts().removeLeftByCriu();
        return forsaken.isEmpty()
                ? Optional.empty()
                : Optional.of(StartedAnew.because(why.getMessage(), why.log()));
    }

    /**
     * Nothing of this pod runs afterwards, unless it is granted. Called after {@link #run} failed,
     * or instead of it.
     *
     * @return why the kubelet starts it anew, if it is granted and its memory is lost
     */
    Optional<AgentFailure> kill(AgentFailure why) throws IOException, InterruptedException {
        FaultPoints.reach("target gives up");
        if (!decisions.giveUp()) {
            LOG.warn("Pod {} is granted and is not given up: {}", podUid, why.getMessage());
            return letGo(why);
        }
        for (ContainerPlace place : containers) {
            place.cancel(why.getMessage());
        }
        sendToHeld(Signal.KILL);
        if (fence != null) {
            fence.abandon();
        }
        tools.mounts().removeLeftByCriu();
        FaultPoints.reach("target has given up");
        return Optional.empty();
    }
}
