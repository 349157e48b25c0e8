package dev.podmigration.protocol.model;

import dev.podmigration.agent.commit.TargetDecision;
import dev.podmigration.agent.commit.TargetEvent;
import dev.podmigration.agent.commit.TargetState;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.protocol.explore.Kind;
import dev.podmigration.protocol.explore.Steps;

import java.util.EnumSet;
import java.util.Set;

/**
 * The agent of the target's node with a pod that exists before its source is frozen, as {@code
 * RestoreHalf}, {@code NodeTarget}, {@code ArmedPod} and {@code RestoreTarget} drive it.
 */
final class Target extends TargetEnd {

    private static final Set<TargetTask> RESTORE_IS_RUNNING =
            EnumSet.of(
                    TargetTask.ORDER_RESTORE,
                    TargetTask.COMPLETE,
                    TargetTask.SEND_REQUEST,
                    TargetTask.AWAIT_ANSWER,
                    TargetTask.RUN,
                    TargetTask.TELL,
                    TargetTask.MARK);

    private final Rules rules;

    Target(Rules rules, Source source) {
        super(source);
        this.rules = rules;
    }

    @Override
    public void offer(World world, Steps<World> steps) {
        steps.offer(Kind.FAULT, "target's agent dies", TargetEnd::die);
        steps.offer(Kind.FAULT, "target's node loses power", TargetEnd::losePower);
        if (!isRecovering(world)) {
            accept(world, steps);
            report(world, steps);
            wishes(world, steps);
            stream(world, steps);
            question(world, steps);
            forgetRecord(world, steps);
        }
        task(world, steps);
    }

    private static void accept(World world, Steps<World> steps) {
        if (world.restore.existence != Existence.THERE
                || world.restore.goal != RestoreGoal.Restore
                || world.restore.phase.isFinal()) {
            return;
        }
        if (world.restore.phase == PodRestorePhase.Pending && world.targetRecord == null) {
            steps.offer(
                    Kind.STEP,
                    "target records ARMED",
                    later -> later.targetRecord = TargetState.ARMED);
            steps.offer(
                    Kind.FAULT,
                    "target's node has no room",
                    later -> later.restore.phase = PodRestorePhase.Failed);
        } else if (world.targetRecord == TargetState.ARMED && !world.registered) {
            steps.offer(
                    Kind.STEP,
                    "target's agent waits for the launcher",
                    later -> {
                        later.registered = true;
                        later.room = true;
                    });
        }
    }

    private static void report(World world, Steps<World> steps) {
        if (world.restore.existence != Existence.THERE || world.restore.phase.isFinal()) {
            return;
        }
        boolean waits =
                world.restore.goal == RestoreGoal.Restore
                        && world.restore.phase == PodRestorePhase.Pending
                        && world.targetRecord == null;
        PodRestorePhase phase = waits ? world.restore.phase : phase(world);
        boolean cancelling =
                world.restore.goal == RestoreGoal.Cancel && world.targetRecord == TargetState.ARMED;
        if (phase != world.restore.phase && !cancelling) {
            steps.offer(
                    Kind.STEP,
                    "target's agent reports " + phase,
                    later -> later.restore.phase = phase);
        }
        if (phase == PodRestorePhase.Committed) {
            steps.offer(
                    Kind.STEP,
                    "target's agent reports that the memory was lost after the grant",
                    later -> later.restore.phase = PodRestorePhase.StartedAnew);
        }
    }

    /** {@code NodeTarget.state}. */
    private static PodRestorePhase phase(World world) {
        return switch (world.targetRecord) {
            case null -> PodRestorePhase.Cancelled;
            case ARMED ->
                    world.registered
                                    && (world.container == TargetContainer.LAUNCHER
                                            || world.restore.phase == PodRestorePhase.Armed)
                            ? PodRestorePhase.Armed
                            : PodRestorePhase.Accepted;
            case RESTORING, ASKED -> PodRestorePhase.Restoring;
            case RESUMED -> PodRestorePhase.Committed;
            case CANCELLED -> PodRestorePhase.Cancelled;
        };
    }

    /** A goal Cancel, or the PodRestore is being deleted. */
    private void wishes(World world, Steps<World> steps) {
        boolean cancel =
                world.restore.existence == Existence.THERE
                        && world.restore.goal == RestoreGoal.Cancel
                        && !world.restore.phase.isFinal();
        boolean forget = world.restore.existence == Existence.GOING;
        if (cancel || forget) {
            cancel("target's agent is to cancel", world, steps);
        }
        if (forget
                && world.targetTask == TargetTask.IDLE
                && (world.targetRecord == null
                        || world.targetRecord == TargetState.RESUMED
                        || world.targetRecord == TargetState.CANCELLED)) {
            steps.offer(
                    Kind.STEP,
                    "target's agent lets the PodRestore go",
                    later -> {
                        later.restore.existence = Existence.GONE;
                        later.registered = false;
                        later.targetFence = false;
                        later.room = false;
                        later.closeSession();
                    });
        }
    }

    private void cancel(String name, World world, Steps<World> steps) {
        if (RESTORE_IS_RUNNING.contains(world.targetTask)) {
            if (listens(world) && world.inbox.with(Inbox.Event.STOP) != world.inbox) {
                steps.offer(
                        Kind.STEP,
                        name + ", and the restore is told",
                        later -> post(Inbox.Event.STOP, later));
            }
        } else if (world.targetTask == TargetTask.IDLE
                && world.targetRecord != null
                && rules.target().apply(world.targetRecord, TargetEvent.GIVE_UP).next()
                        != world.targetRecord) {
            steps.offer(Kind.STEP, name, later -> giveUp(later));
        }
    }

    private void giveUp(World world) {
        world.targetTask =
                switch (decide(TargetEvent.GIVE_UP, world).action()) {
                    case KILL -> TargetTask.KILL;
                    case RESUME -> TargetTask.RUN;
                    case RESTORE, ASK, NONE -> TargetTask.IDLE;
                };
        world.inbox = Inbox.EMPTY;
    }

    private TargetDecision decide(TargetEvent event, World world) {
        TargetState state = world.targetRecord;
        if (state == null) {
            throw new IllegalStateException("Nothing is recorded");
        }
        TargetDecision decision = rules.target().apply(state, event);
        world.targetRecord = decision.next();
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
                if (world.targetFence && world.targetTask == TargetTask.IDLE) {
                    if (decide(TargetEvent.VERIFIED, world).action()
                            == TargetDecision.Action.RESTORE) {
                        world.targetTask = TargetTask.ORDER_RESTORE;
                    } else {
                        giveUp(world);
                    }
                }
            }
            case GRANT -> post(Inbox.Event.GRANTED, world);
            case REFUSAL -> post(Inbox.Event.REFUSED, world);
        }
    }

    private void post(Inbox.Event event, World world) {
        if (RESTORE_IS_RUNNING.contains(world.targetTask) && listens(world)) {
            world.inbox = world.inbox.with(event);
        }
    }

    /** Once the record says RESUMED a restore goes to its end. */
    private boolean listens(World world) {
        return rules.have(Rules.Flaw.LISTENS_AFTER_THE_GRANT)
                || (world.targetTask != TargetTask.RUN
                        && world.targetTask != TargetTask.TELL
                        && world.targetTask != TargetTask.MARK);
    }

    @Override
    void answered(Inbox.Event answer, World world) {
        post(answer, world);
    }

    /** {@code ArmedPod.streamEnded}. */
    @Override
    void streamEnded(World world) {
        if (!world.targetFence || world.targetRecord == null) {
            return;
        }
        switch (world.targetRecord) {
            case ARMED, RESTORING -> {
                if (RESTORE_IS_RUNNING.contains(world.targetTask)) {
                    post(Inbox.Event.STOP, world);
                } else if (world.targetTask == TargetTask.IDLE) {
                    giveUp(world);
                }
            }
            case ASKED -> ask(world);
            case RESUMED, CANCELLED -> {}
        }
    }

    /** When nobody can start the pod any more. */
    private static void forgetRecord(World world, Steps<World> steps) {
        if (world.restore.existence == Existence.GONE
                && world.targetPod == Existence.GONE
                && !world.sandbox
                && world.targetRecord != null
                && world.targetTask == TargetTask.IDLE) {
            steps.offer(Kind.STEP, "target's record is dropped", Target::drop);
        }
    }

    private static void drop(World world) {
        world.targetRecord = null;
        world.committedMark = false;
        world.cancelledMark = false;
    }

    private void task(World world, Steps<World> steps) {
        switch (world.targetTask) {
            case IDLE, BRING -> {}
            case RECOVER ->
                    steps.offer(
                            Kind.STEP,
                            "target's agent comes up and reads its record",
                            later -> recover(later));
            case RECOVER_ASK -> askWhileRecovering(world, steps);
            case ORDER_RESTORE -> {
                if (world.container == TargetContainer.LAUNCHER) {
                    steps.offer(
                            Kind.STEP,
                            "target is restored and stands still",
                            later -> {
                                later.container = TargetContainer.RESTORED;
                                later.targetTask = TargetTask.COMPLETE;
                            });
                    steps.offer(Kind.FAULT, "restore fails", this::fail);
                } else {
                    steps.offer(Kind.TIMEOUT, "launcher does not come", this::giveUp);
                }
                stopIfTold(world, steps);
            }
            case COMPLETE -> {
                steps.offer(
                        Kind.STEP,
                        "target records that it asks",
                        later -> {
                            switch (decide(TargetEvent.COMPLETE, later).action()) {
                                case ASK -> later.targetTask = TargetTask.SEND_REQUEST;
                                case RESUME -> later.targetTask = TargetTask.RUN;
                                case RESTORE, KILL, NONE -> giveUp(later);
                            }
                        });
                stopIfTold(world, steps);
            }
            case SEND_REQUEST ->
                    steps.offer(
                            Kind.STEP,
                            "target asks for the grant",
                            later -> {
                                reply(ToSource.GRANT_REQUEST, later);
                                later.targetTask = TargetTask.AWAIT_ANSWER;
                            });
            case AWAIT_ANSWER -> {
                if (world.inbox != Inbox.EMPTY) {
                    Inbox.Event event = world.inbox.first();
                    steps.offer(
                            Kind.STEP,
                            "target takes " + event,
                            later -> {
                                later.inbox =
                                        rules.have(Rules.Flaw.LISTENS_AFTER_THE_GRANT)
                                                ? later.inbox.rest()
                                                : Inbox.EMPTY;
                                take(event, later);
                            });
                }
                if (world.container != TargetContainer.RESTORED) {
                    steps.offer(Kind.STEP, "restored processes are gone", this::giveUp);
                }
                steps.offer(Kind.TIMEOUT, "restore takes too long", this::giveUp);
            }
            case RUN -> run(world, steps);
            case TELL -> {
                steps.offer(
                        Kind.STEP,
                        "target tells that it runs",
                        later -> {
                            if (rules.have(Rules.Flaw.RUNS_BEFORE_RECORDING)) {
                                decide(TargetEvent.GRANTED, later);
                            }
                            reply(ToSource.RESUMED, later);
                            later.targetTask = TargetTask.MARK;
                        });
                endIfListening(world, steps);
            }
            case MARK ->
                    steps.offer(
                            Kind.STEP,
                            "target marks the pod as committed",
                            later -> {
                                later.committedMark = true;
                                ended(later);
                            });
            case KILL ->
                    steps.offer(
                            Kind.STEP,
                            "target is killed",
                            later -> {
                                later.cancelledMark = true;
                                later.container = TargetContainer.NONE;
                                ended(later);
                                later.closeSession();
                            });
        }
    }

    private static void ended(World world) {
        world.targetTask = TargetTask.IDLE;
        world.inbox = Inbox.EMPTY;
    }

    private void stopIfTold(World world, Steps<World> steps) {
        if (world.inbox != Inbox.EMPTY) {
            steps.offer(Kind.STEP, "restore is stopped", this::giveUp);
        }
    }

    /** The launcher has ended with an error. */
    private void fail(World world) {
        world.container = TargetContainer.NONE;
        giveUp(world);
    }

    private void take(Inbox.Event event, World world) {
        switch (event) {
            case GRANTED -> {
                if (rules.have(Rules.Flaw.RUNS_BEFORE_RECORDING)) {
                    world.targetTask = TargetTask.RUN;
                } else if (decide(TargetEvent.GRANTED, world).action()
                        == TargetDecision.Action.RESUME) {
                    world.targetTask = TargetTask.RUN;
                } else {
                    giveUp(world);
                }
            }
            // The real code gives up at both.
            case REFUSED, STOP -> giveUp(world);
        }
    }

    private void run(World world, Steps<World> steps) {
        if (world.container == TargetContainer.RESTORED) {
            steps.offer(
                    Kind.STEP,
                    "target runs",
                    later -> {
                        later.container = TargetContainer.RUNS;
                        later.targetTask = TargetTask.TELL;
                    });
        } else {
            // What was restored is gone, and the record says that the pod lives here.
            steps.offer(Kind.STEP, "target cannot run", this::letGo);
        }
        endIfListening(world, steps);
    }

    private void endIfListening(World world, Steps<World> steps) {
        if (rules.have(Rules.Flaw.LISTENS_AFTER_THE_GRANT) && world.inbox != Inbox.EMPTY) {
            steps.offer(Kind.STEP, "restore ends at " + world.inbox.first(), Target::ended);
        }
    }

    private void recover(World world) {
        TargetState state = world.targetRecord;
        if (state == null) {
            ended(world);
            return;
        }
        boolean over = state == TargetState.RESUMED || state == TargetState.CANCELLED;
        boolean unknown =
                !world.sandbox
                        && (rules.have(Rules.Flaw.FORGETS_WHAT_CRIO_DOES_NOT_KNOW)
                                || (world.targetPod == Existence.GONE
                                        && world.restore.existence == Existence.GONE));
        if (over && unknown) {
            drop(world);
            ended(world);
            return;
        }
        switch (decide(TargetEvent.RESTARTED, world).action()) {
            case RESUME -> letGo(world);
            case KILL -> world.targetTask = TargetTask.KILL;
            case ASK -> {
                if (world.container == TargetContainer.RESTORED) {
                    world.targetTask = TargetTask.RECOVER_ASK;
                } else {
                    giveUp(world);
                }
            }
            case RESTORE, NONE -> ended(world);
        }
    }

    /** {@code LeftRestore.letGo}. */
    private void letGo(World world) {
        if (!world.sandbox && rules.have(Rules.Flaw.FORGETS_WHAT_CRIO_DOES_NOT_KNOW)) {
            ended(world);
            return;
        }
        if (world.container == TargetContainer.RESTORED) {
            world.container = TargetContainer.RUNS;
        }
        world.targetTask = TargetTask.MARK;
    }

    /** {@code NodeTarget.askAgain}. */
    @Override
    void recovered(Inbox.Event answer, World world) {
        switch (answer) {
            case GRANTED -> {
                if (decide(TargetEvent.GRANTED, world).action() == TargetDecision.Action.RESUME) {
                    letGo(world);
                } else {
                    giveUp(world);
                }
            }
            case REFUSED -> {
                decide(TargetEvent.REFUSED, world);
                world.targetTask = TargetTask.KILL;
            }
            case STOP -> giveUp(world);
        }
    }
}
