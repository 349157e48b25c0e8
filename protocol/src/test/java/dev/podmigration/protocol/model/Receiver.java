package dev.podmigration.protocol.model;

import dev.podmigration.agent.commit.ReceiverDecision;
import dev.podmigration.agent.commit.ReceiverEvent;
import dev.podmigration.agent.commit.ReceiverState;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.protocol.explore.Kind;
import dev.podmigration.protocol.explore.Steps;

/**
 * The agent of the target's node with a pod that keeps its name and comes when its source is gone,
 * as {@code Receptions}, {@code Reception} and {@code ReceivedPod} drive it.
 */
final class Receiver extends TargetEnd {

    /** {@code ReceivedPod.ATTEMPTS}. */
    private static final int ATTEMPTS = 3;

    private final Rules rules;

    Receiver(Rules rules, Source source) {
        super(source);
        this.rules = rules;
    }

    /** {@code Reception.greet}. */
    static boolean mayBeFilled(World world) {
        return world.receiverRecord == ReceiverState.RECEIVING;
    }

    @Override
    public void offer(World world, Steps<World> steps) {
        steps.offer(Kind.FAULT, "target's agent dies", TargetEnd::die);
        steps.offer(Kind.FAULT, "target's node loses power", TargetEnd::losePower);
        if (!isRecovering(world)) {
            accept(world, steps);
            bind(world, steps);
            report(world, steps);
            wishes(world, steps);
            stream(world, steps);
            question(world, steps);
        }
        task(world, steps);
    }

    private static void accept(World world, Steps<World> steps) {
        if (world.restore.existence != Existence.THERE
                || world.restore.goal != RestoreGoal.Receive
                || world.restore.phase != PodRestorePhase.Pending) {
            return;
        }
        if (world.receiverRecord == null) {
            steps.offer(
                    Kind.STEP,
                    "target records RECEIVING",
                    later -> later.receiverRecord = ReceiverState.RECEIVING);
            steps.offer(
                    Kind.FAULT,
                    "target's node has no room",
                    later -> later.restore.phase = PodRestorePhase.Failed);
        } else if (!world.registered) {
            steps.offer(
                    Kind.STEP,
                    "target's agent makes room",
                    later -> {
                        later.registered = true;
                        later.room = true;
                    });
        }
    }

    private static void bind(World world, Steps<World> steps) {
        if (world.restore.existence == Existence.THERE
                && world.restore.namesPod
                && world.receiverRecord == ReceiverState.GRANTED
                && !world.brought
                && world.targetTask == TargetTask.IDLE) {
            steps.offer(
                    Kind.STEP,
                    "target's agent learns which pod it is",
                    later -> {
                        later.bound = true;
                        later.brought = true;
                        later.targetTask = TargetTask.BRING;
                    });
        }
    }

    private static void report(World world, Steps<World> steps) {
        if (world.restore.existence != Existence.THERE
                || world.restore.phase.isFinal()
                || (world.restore.phase == PodRestorePhase.Pending
                        && world.restore.goal == RestoreGoal.Receive
                        && !world.registered)) {
            return;
        }
        PodRestorePhase phase =
                switch (world.receiverRecord) {
                    case null -> PodRestorePhase.Cancelled;
                    case RECEIVING, ASKED -> PodRestorePhase.Accepted;
                    case GRANTED -> PodRestorePhase.Granted;
                    case RESUMED -> PodRestorePhase.Committed;
                    case STARTED_ANEW -> PodRestorePhase.StartedAnew;
                    case CANCELLED -> PodRestorePhase.Cancelled;
                };
        boolean cancelling =
                world.restore.goal == RestoreGoal.Cancel
                        && (world.receiverRecord == ReceiverState.RECEIVING
                                || world.receiverRecord == ReceiverState.ASKED);
        if (phase != world.restore.phase && !cancelling) {
            steps.offer(
                    Kind.STEP,
                    "target's agent reports " + phase,
                    later -> later.restore.phase = phase);
        }
    }

    private void wishes(World world, Steps<World> steps) {
        boolean cancel =
                world.restore.existence == Existence.THERE
                        && world.restore.goal == RestoreGoal.Cancel
                        && !world.restore.phase.isFinal();
        boolean forget = world.restore.existence == Existence.GOING;
        ReceiverState state = world.receiverRecord;
        if ((cancel || forget)
                && state != null
                && rules.receiver().apply(state, ReceiverEvent.GIVE_UP).next() != state) {
            steps.offer(
                    Kind.STEP,
                    "target's agent cancels",
                    later -> decide(ReceiverEvent.GIVE_UP, later));
        }
        if (forget
                && world.targetTask == TargetTask.IDLE
                && (state == null || state == ReceiverState.CANCELLED)) {
            steps.offer(
                    Kind.STEP,
                    "target's agent lets the PodRestore go",
                    later -> {
                        later.restore.existence = Existence.GONE;
                        later.receiverRecord = null;
                        later.registered = false;
                        later.targetFence = false;
                        later.room = false;
                        later.memory = false;
                        later.closeSession();
                    });
        }
    }

    private ReceiverDecision decide(ReceiverEvent event, World world) {
        ReceiverState state = world.receiverRecord;
        if (state == null) {
            throw new IllegalStateException("Nothing is recorded");
        }
        ReceiverDecision decision = rules.receiver().apply(state, event);
        world.receiverRecord = decision.next();
        return decision;
    }

    @Override
    void receive(ToTarget message, World world) {
        switch (message) {
            case NOTHING -> {}
            case FENCE -> {
                if (world.registered) {
                    world.targetFence = true;
                    reply(ToSource.FENCED, world);
                }
            }
            case EVERYTHING -> {
                if (world.registered && world.receiverRecord != null) {
                    world.memory = true;
                    if (decide(ReceiverEvent.VERIFIED, world).action()
                            == ReceiverDecision.Action.ASK) {
                        world.targetTask = TargetTask.SEND_REQUEST;
                    }
                }
            }
            case GRANT -> answered(Inbox.Event.GRANTED, world);
            case REFUSAL -> answered(Inbox.Event.REFUSED, world);
        }
    }

    @Override
    void answered(Inbox.Event answer, World world) {
        if (world.receiverRecord != null) {
            decide(
                    switch (answer) {
                        case GRANTED -> ReceiverEvent.GRANTED;
                        case REFUSED -> ReceiverEvent.REFUSED;
                        case STOP -> ReceiverEvent.GIVE_UP;
                    },
                    world);
        }
    }

    @Override
    void recovered(Inbox.Event answer, World world) {
        answered(answer, world);
        world.targetTask = TargetTask.IDLE;
    }

    /** {@code Reception.streamEnded}. */
    @Override
    void streamEnded(World world) {
        if (world.receiverRecord == ReceiverState.RECEIVING && world.targetFence) {
            decide(ReceiverEvent.GIVE_UP, world);
        } else if (world.receiverRecord == ReceiverState.ASKED) {
            ask(world);
        }
    }

    private void task(World world, Steps<World> steps) {
        switch (world.targetTask) {
            case RECOVER ->
                    steps.offer(
                            Kind.STEP,
                            "target's agent comes up and reads its record",
                            this::recover);
            case RECOVER_ASK -> askWhileRecovering(world, steps);
            case SEND_REQUEST ->
                    steps.offer(
                            Kind.STEP,
                            "target asks for the grant",
                            later -> {
                                reply(ToSource.GRANT_REQUEST, later);
                                later.targetTask = TargetTask.IDLE;
                            });
            case BRING -> bring(world, steps);
            case COMPLETE ->
                    steps.offer(
                            Kind.STEP,
                            "target decides about what is complete",
                            later -> {
                                if (later.container != TargetContainer.RESTORED) {
                                    later.targetTask = TargetTask.BRING;
                                } else if (decide(ReceiverEvent.COMPLETE, later).action()
                                        == ReceiverDecision.Action.RESUME) {
                                    later.targetTask = TargetTask.RUN;
                                } else {
                                    later.container = TargetContainer.NONE;
                                    later.targetTask = TargetTask.BRING;
                                }
                            });
            case RUN ->
                    steps.offer(
                            Kind.STEP,
                            "target runs",
                            later -> {
                                if (later.container == TargetContainer.RESTORED) {
                                    later.container = TargetContainer.RUNS;
                                }
                                later.targetTask = TargetTask.MARK;
                            });
            case MARK ->
                    steps.offer(
                            Kind.STEP,
                            "target marks the pod as committed",
                            later -> {
                                later.committedMark = true;
                                later.memory = false;
                                later.room = false;
                                later.targetTask = TargetTask.IDLE;
                            });
            case IDLE, ORDER_RESTORE, AWAIT_ANSWER, TELL, KILL -> {}
        }
    }

    /** {@code ReceivedPod.step}. */
    private void bring(World world, Steps<World> steps) {
        switch (world.receiverRecord) {
            case null -> {}
            case GRANTED -> {
                if (!world.memory || world.attempts >= ATTEMPTS) {
                    steps.offer(
                            Kind.STEP,
                            "target records that the memory is of no use",
                            later -> decide(ReceiverEvent.MEMORY_LOST, later));
                } else if (world.container == TargetContainer.LAUNCHER) {
                    steps.offer(
                            Kind.STEP,
                            "target is restored and stands still",
                            later -> {
                                later.attempts++;
                                later.container = TargetContainer.RESTORED;
                                later.targetTask = TargetTask.COMPLETE;
                            });
                    steps.offer(
                            Kind.FAULT,
                            "restore fails",
                            later -> {
                                later.attempts++;
                                later.container = TargetContainer.NONE;
                            });
                }
            }
            case RESUMED ->
                    steps.offer(
                            Kind.STEP,
                            "target is let go by an agent that came up",
                            later -> {
                                if (later.container == TargetContainer.RESTORED) {
                                    later.container = TargetContainer.RUNS;
                                }
                                later.targetTask = TargetTask.MARK;
                            });
            case STARTED_ANEW ->
                    steps.offer(
                            Kind.STEP,
                            "target's launcher may start the pod",
                            later -> {
                                if (later.container == TargetContainer.RESTORED
                                        || later.container == TargetContainer.LAUNCHER) {
                                    later.container = TargetContainer.NONE;
                                }
                                later.targetTask = TargetTask.MARK;
                            });
            case RECEIVING, ASKED, CANCELLED -> {}
        }
    }

    private void recover(World world) {
        ReceiverState state = world.receiverRecord;
        world.targetTask = TargetTask.IDLE;
        if (state == null) {
            return;
        }
        boolean lost = state == ReceiverState.ASKED && !world.memory;
        ReceiverEvent event = lost ? ReceiverEvent.MEMORY_LOST : ReceiverEvent.RESTARTED;
        switch (decide(event, world).action()) {
            case ASK -> world.targetTask = TargetTask.RECOVER_ASK;
            case RESTORE, RESUME, START_ANEW -> {
                if (world.bound) {
                    if (state == ReceiverState.GRANTED && world.container != TargetContainer.RUNS) {
                        world.container = TargetContainer.NONE;
                    }
                    world.brought = true;
                    world.targetTask = world.committedMark ? TargetTask.IDLE : TargetTask.BRING;
                }
            }
            case KILL, NONE -> {}
        }
    }
}
