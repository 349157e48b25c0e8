package dev.podmigration.protocol.model;

import dev.podmigration.agent.commit.SourceDecision;
import dev.podmigration.agent.commit.SourceEvent;
import dev.podmigration.agent.commit.SourceState;
import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.protocol.explore.Behaviour;
import dev.podmigration.protocol.explore.Kind;
import dev.podmigration.protocol.explore.Steps;

import java.util.EnumSet;
import java.util.Set;

/** The agent of the source's node, as {@code CheckpointHalf} and {@code NodeSource} drive it. */
final class Source implements Behaviour<World> {

    private static final Set<SourceTask> CAN_FAIL =
            EnumSet.of(
                    SourceTask.AWAIT_FENCED,
                    SourceTask.STOP,
                    SourceTask.SEND,
                    SourceTask.AWAIT_REQUEST,
                    SourceTask.SEND_GRANT,
                    SourceTask.AWAIT_RESUMED);

    private final Rules rules;

    Source(Rules rules) {
        this.rules = rules;
    }

    @Override
    public void offer(World world, Steps<World> steps) {
        steps.offer(Kind.FAULT, "source's agent dies", Source::die);
        steps.offer(
                Kind.FAULT,
                "source's node loses power",
                later -> {
                    die(later);
                    later.processes = Processes.DEAD;
                    later.sourceFence = false;
                });
        if (world.tellsFrozen) {
            steps.offer(
                    Kind.STEP,
                    "source's agent reports Frozen",
                    later -> {
                        later.tellsFrozen = false;
                        if (later.checkpoint.existence.isThere()
                                && later.checkpoint.phase == PodCheckpointPhase.Prepared) {
                            later.checkpoint.phase = PodCheckpointPhase.Frozen;
                        }
                    });
        }
        if (CAN_FAIL.contains(world.sourceTask)) {
            // The freeze limit, a wish to roll back, a failed dump, a stream that is gone.
            steps.offer(Kind.TIMEOUT, "source's agent gives up", Source::settle);
        }
        liftFence(world, steps);
        task(world, steps);
    }

    private static void die(World world) {
        world.sourceTask = SourceTask.RECOVER;
        world.sourceReason = SourceReason.MIGRATE;
        world.tellsFrozen = false;
        world.closeSourceLink();
    }

    private static void settle(World world) {
        world.sourceTask = SourceTask.SETTLE;
        world.sourceReason = SourceReason.MIGRATE;
    }

    /** By a thread of its own, which an agent that comes up starts again. */
    private static void liftFence(World world, Steps<World> steps) {
        if (world.sourceFence
                && world.sourceRecord == SourceState.RELEASED
                && world.processes == Processes.DEAD
                && world.sourcePod == Existence.GONE) {
            steps.offer(
                    Kind.STEP,
                    "source's interface is gone, its fence is lifted",
                    later -> later.sourceFence = false);
        }
    }

    private void task(World world, Steps<World> steps) {
        switch (world.sourceTask) {
            case IDLE -> look(world, steps);
            case RECOVER ->
                    steps.offer(
                            Kind.STEP,
                            "source's agent comes up and reads its record",
                            later -> {
                                later.sourceReason = SourceReason.RECOVER;
                                decide(SourceEvent.RESTARTED, later);
                            });
            case PREPARED -> report(PodCheckpointPhase.Prepared, steps);
            case PREPARE_FAILED -> report(PodCheckpointPhase.Failed, steps);
            case AWAIT_FENCED -> {
                if (world.toSource == ToSource.FENCED) {
                    steps.offer(
                            Kind.STEP,
                            "source records FROZEN",
                            later -> {
                                later.toSource = ToSource.NOTHING;
                                later.sourceRecord = SourceState.FROZEN;
                                later.sourceTask = SourceTask.STOP;
                            });
                }
                settleIfEnded(world, steps);
            }
            case STOP ->
                    steps.offer(
                            Kind.STEP,
                            "source is stopped and fenced",
                            later -> {
                                later.processes = Processes.FROZEN;
                                later.sourceFence = true;
                                later.tellsFrozen = true;
                                later.sourceTask = SourceTask.SEND;
                            });
            case SEND ->
                    steps.offer(
                            Kind.STEP,
                            "source sends everything",
                            later -> {
                                send(ToTarget.EVERYTHING, later);
                                later.sourceTask = SourceTask.AWAIT_REQUEST;
                            });
            case AWAIT_REQUEST -> {
                if (world.toSource == ToSource.GRANT_REQUEST) {
                    if (!world.guarded && guardsFirst() && wouldGrant(world)) {
                        steps.offer(
                                Kind.STEP,
                                "source's runtime is told to refuse the pod",
                                later -> later.guarded = true);
                    } else {
                        steps.offer(Kind.STEP, "source decides about the grant", this::decideGrant);
                    }
                }
                settleIfEnded(world, steps);
            }
            case SEND_GRANT ->
                    steps.offer(
                            Kind.STEP,
                            "source sends the grant",
                            later -> {
                                later.guarded |= rules.have(Rules.Flaw.GUARDS_AFTER_RECORDING);
                                send(ToTarget.GRANT, later);
                                if (rules.have(Rules.Flaw.GRANTS_BEFORE_RECORDING)) {
                                    later.sourceTask = SourceTask.SEND_REFUSAL;
                                } else {
                                    granted(later);
                                }
                            });
            case SEND_REFUSAL ->
                    steps.offer(
                            Kind.STEP,
                            "source sends the refusal",
                            later -> {
                                if (rules.have(Rules.Flaw.GRANTS_BEFORE_RECORDING)
                                        && later.toSource == ToSource.NOTHING) {
                                    later.sourceRecord = SourceState.GRANTED;
                                    granted(later);
                                } else {
                                    send(ToTarget.REFUSAL, later);
                                    settle(later);
                                }
                            });
            case AWAIT_RESUMED -> {
                if (world.toSource == ToSource.RESUMED) {
                    steps.offer(
                            Kind.STEP,
                            "source hears that the target runs",
                            later -> {
                                later.toSource = ToSource.NOTHING;
                                later.closeSourceLink();
                                later.sourceTask = SourceTask.REPORT_GRANTED;
                            });
                }
                settleIfEnded(world, steps);
            }
            case SETTLE ->
                    steps.offer(
                            Kind.STEP,
                            "source decides about " + event(world),
                            later -> decide(event(later), later));
            case THAW ->
                    steps.offer(
                            Kind.STEP,
                            "source is thawed",
                            later -> {
                                later.sourceFence = false;
                                later.guarded &= rules.have(Rules.Flaw.KEEPS_THE_GUARD);
                                if (later.processes == Processes.FROZEN) {
                                    later.processes = Processes.RUN;
                                }
                                later.closeSourceLink();
                                end(SourceTask.REPORT_ROLLED_BACK, SourceTask.DROP_RECORD, later);
                            });
            case KILL ->
                    steps.offer(
                            Kind.STEP,
                            "source is killed",
                            later -> {
                                later.processes = Processes.DEAD;
                                later.guarded = false;
                                later.closeSourceLink();
                                end(SourceTask.REPORT_RELEASED, SourceTask.IDLE, later);
                            });
            case REPORT_GRANTED -> report(PodCheckpointPhase.Granted, steps);
            case REPORT_ROLLED_BACK -> report(PodCheckpointPhase.RolledBack, steps);
            case REPORT_RELEASED -> report(PodCheckpointPhase.Released, steps);
            case DROP_RECORD ->
                    steps.offer(
                            Kind.STEP,
                            "source's record is dropped",
                            later -> {
                                later.sourceRecord = null;
                                later.sourceTask = SourceTask.DROP_FINALIZER;
                            });
            case DROP_FINALIZER ->
                    steps.offer(
                            Kind.STEP,
                            "source's agent lets the PodCheckpoint go",
                            later -> {
                                later.checkpoint.existence = Existence.GONE;
                                idle(later);
                            });
        }
    }

    private static void idle(World world) {
        world.sourceTask = SourceTask.IDLE;
        world.sourceReason = SourceReason.MIGRATE;
    }

    private void granted(World world) {
        world.sourceTask = rules.nameKept() ? SourceTask.REPORT_GRANTED : SourceTask.AWAIT_RESUMED;
    }

    private static void settleIfEnded(World world, Steps<World> steps) {
        if (world.toSource == ToSource.NOTHING && world.endToSource) {
            steps.offer(
                    Kind.STEP,
                    "source hears that the stream is over",
                    later -> {
                        later.endToSource = false;
                        later.sourceLink = false;
                        settle(later);
                    });
        }
    }

    private static void send(ToTarget message, World world) {
        if (world.sourceLink && world.session && !world.endToSource) {
            world.toTarget = message;
        }
    }

    /** Looks at its PodCheckpoint; only what would lead somewhere. */
    private void look(World world, Steps<World> steps) {
        if (world.checkpoint.existence == Existence.GOING) {
            forget(world, steps);
        }
        if (world.checkpoint.existence != Existence.THERE) {
            return;
        }
        PodCheckpointPhase phase = world.checkpoint.phase;
        switch (world.checkpoint.goal) {
            case Inspect, Archive -> {}
            case Prepare -> {
                if (phase == PodCheckpointPhase.Inspected) {
                    steps.offer(
                            Kind.STEP,
                            "source's agent opens the stream and copies files",
                            later ->
                                    later.sourceTask =
                                            open(later)
                                                    ? SourceTask.PREPARED
                                                    : SourceTask.PREPARE_FAILED);
                    steps.offer(
                            Kind.FAULT,
                            "source's agent cannot copy files",
                            later -> later.sourceTask = SourceTask.PREPARE_FAILED);
                }
            }
            case Migrate -> {
                if (phase == PodCheckpointPhase.Prepared && world.sourceRecord == null) {
                    steps.offer(
                            Kind.STEP,
                            "source's agent asks the target to fence",
                            later -> {
                                boolean open =
                                        (later.sourceLink && !later.endToSource) || open(later);
                                if (open) {
                                    send(ToTarget.FENCE, later);
                                    later.sourceTask = SourceTask.AWAIT_FENCED;
                                } else {
                                    settle(later);
                                }
                            });
                } else if (!phase.isFinal() && wouldSettle(SourceReason.MIGRATE, world)) {
                    begin(SourceReason.MIGRATE, steps);
                }
            }
            case RollBack -> {
                if (!phase.isFinal() && wouldSettle(SourceReason.ROLL_BACK, world)) {
                    begin(SourceReason.ROLL_BACK, steps);
                }
            }
        }
    }

    private static void begin(SourceReason reason, Steps<World> steps) {
        steps.offer(
                Kind.STEP,
                "source's agent brings " + reason + " to its end",
                later -> {
                    later.sourceTask = SourceTask.SETTLE;
                    later.sourceReason = reason;
                });
    }

    /** Whether it would change anything, or anything that is reported. */
    private boolean wouldSettle(SourceReason reason, World world) {
        World trial = world.copy();
        trial.sourceReason = reason;
        if (trial.sourceRecord == null) {
            return true;
        }
        SourceDecision decision = rules.source().apply(trial.sourceRecord, event(trial));
        return decision.next() != trial.sourceRecord
                || decision.action() != SourceDecision.Action.NONE
                || world.checkpoint.phase != PodCheckpointPhase.Granted;
    }

    /** The PodCheckpoint is being deleted. */
    private void forget(World world, Steps<World> steps) {
        if (world.sourceRecord == SourceState.RELEASED
                && world.processes == Processes.DEAD
                && world.sourcePod == Existence.GONE) {
            if (!world.sourceFence) {
                steps.offer(
                        Kind.STEP,
                        "source's agent has nothing left to do",
                        later -> later.sourceTask = SourceTask.DROP_RECORD);
            }
        } else if (world.sourceRecord != SourceState.GRANTED
                || wouldSettle(SourceReason.FORGET, pretendingReported(world))) {
            begin(SourceReason.FORGET, steps);
        }
    }

    private static World pretendingReported(World world) {
        World copy = world.copy();
        copy.checkpoint.phase = PodCheckpointPhase.Granted;
        return copy;
    }

    /** {@code NodeSource.event}. */
    private static SourceEvent event(World world) {
        boolean granted =
                world.sourceRecord == SourceState.GRANTED
                        || world.sourceRecord == SourceState.RELEASED;
        if (granted && world.sourcePod != Existence.THERE) {
            return SourceEvent.POD_DELETED;
        }
        boolean rollBack =
                world.sourceReason == SourceReason.ROLL_BACK
                        || (world.sourceReason == SourceReason.FORGET
                                && world.checkpoint.goal == CheckpointGoal.RollBack);
        return granted
                        && rollBack
                        && world.restore.existence.isThere()
                        && world.restore.phase == PodRestorePhase.Cancelled
                ? SourceEvent.TARGET_NEVER_RESUMED
                : SourceEvent.GIVE_UP;
    }

    private void decide(SourceEvent event, World world) {
        if (world.sourceRecord == null) {
            world.closeSourceLink();
            end(SourceTask.REPORT_ROLLED_BACK, SourceTask.DROP_RECORD, world);
            return;
        }
        SourceDecision decision = rules.source().apply(world.sourceRecord, event);
        world.sourceRecord = decision.next();
        switch (decision.action()) {
            case THAW -> world.sourceTask = SourceTask.THAW;
            case KILL -> world.sourceTask = SourceTask.KILL;
            case NONE, GRANT, REFUSE, WAIT -> {
                if (!rules.have(Rules.Flaw.KEEPS_A_STREAM_THAT_BRINGS_NO_ANSWER)) {
                    world.closeSourceLink();
                }
                end(SourceTask.REPORT_GRANTED, SourceTask.IDLE, world);
            }
        }
    }

    private static void end(SourceTask reported, SourceTask forgotten, World world) {
        world.sourceTask =
                switch (world.sourceReason) {
                    case MIGRATE, ROLL_BACK -> reported;
                    case FORGET -> forgotten;
                    case RECOVER -> SourceTask.IDLE;
                };
        world.sourceReason = SourceReason.MIGRATE;
    }

    private boolean guardsFirst() {
        return !rules.have(Rules.Flaw.DOES_NOT_GUARD)
                && !rules.have(Rules.Flaw.GUARDS_AFTER_RECORDING);
    }

    private boolean wouldGrant(World world) {
        return world.sourceRecord != null
                && rules.source().apply(world.sourceRecord, SourceEvent.GRANT_REQUESTED).next()
                        == SourceState.GRANTED;
    }

    private void decideGrant(World world) {
        world.toSource = ToSource.NOTHING;
        if (world.sourceRecord == null) {
            world.sourceTask = SourceTask.SEND_REFUSAL;
            return;
        }
        SourceDecision decision =
                rules.source().apply(world.sourceRecord, SourceEvent.GRANT_REQUESTED);
        boolean grants = decision.action() == SourceDecision.Action.GRANT;
        if (!grants || !rules.have(Rules.Flaw.GRANTS_BEFORE_RECORDING)) {
            world.sourceRecord = decision.next();
        }
        world.sourceTask = grants ? SourceTask.SEND_GRANT : SourceTask.SEND_REFUSAL;
    }

    /** Not before it has acted on its records. */
    boolean answers(World world) {
        return world.sourceTask != SourceTask.RECOVER;
    }

    /** The call of a target that has lost the stream; served beside whatever the agent is at. */
    boolean answer(World world) {
        if (world.sourceRecord == null) {
            return false;
        }
        world.guarded |= guardsFirst() && wouldGrant(world);
        SourceDecision decision =
                rules.source().apply(world.sourceRecord, SourceEvent.GRANT_REQUESTED);
        world.sourceRecord = decision.next();
        return decision.action() == SourceDecision.Action.GRANT;
    }

    private static void report(PodCheckpointPhase phase, Steps<World> steps) {
        steps.offer(
                Kind.STEP,
                "source's agent reports " + phase,
                later -> {
                    if (later.checkpoint.existence.isThere()) {
                        later.checkpoint.phase = phase;
                    }
                    idle(later);
                });
    }

    /** False if the target would not have it. */
    private boolean open(World world) {
        world.closeSourceLink();
        boolean fits =
                rules.nameKept()
                        ? world.registered && Receiver.mayBeFilled(world)
                        : world.registered && world.container == TargetContainer.LAUNCHER;
        if (TargetEnd.isRecovering(world) || !fits || world.targetFence) {
            return false;
        }
        world.endOfOlder |= world.session;
        world.sourceLink = true;
        world.session = true;
        world.toTarget = ToTarget.NOTHING;
        world.toSource = ToSource.NOTHING;
        world.endToTarget = false;
        world.endToSource = false;
        return true;
    }
}
