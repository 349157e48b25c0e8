package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.api.v1alpha1.WorkloadProgress;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.settings.TimeLimits;

import io.fabric8.kubernetes.api.model.Pod;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Undoes a migration, from whichever phase it was in. The target pod is deleted only when it is
 * certain that the source will run: before both were told to move, or once one of the agents
 * reports that there will be no commit. Whether there was one is the agents' to know, never
 * concluded here.
 */
final class RollBack implements PhaseHandler {

    /** The containers of a target pod before commit have done nothing that they could finish. */
    private static final long GRACE_SECONDS = 1;

    /** Failures after which a Hybrid does not try to go on without a checkpoint. */
    private static final Set<FailureReason> NO_OTHER_WAY =
            EnumSet.of(
                    FailureReason.Cancelled,
                    FailureReason.TotalLimitExceeded,
                    FailureReason.PluginFailed,
                    FailureReason.WorkloadNotMovable,
                    FailureReason.WorkloadTimeout,
                    FailureReason.PodBeingDeleted);

    private final Silence silence;
    private final StageRun stages;
    private final TimeLimits limits;

    RollBack(Silence silence, StageRun stages, TimeLimits limits) {
        this.silence = silence;
        this.stages = stages;
        this.limits = limits;
    }

    @Override
    public Decision next(Observation seen) {
        if (seen.isPodOnTarget() || Replacement.isReceived(seen)) {
            return new Decision.GoForward();
        }
        Failure recorded = seen.status().getFailure();
        if (recorded != null) {
            Cause.behind(recorded, seen).ifPresent(seen.status()::setFailure);
        }
        Instant end = seen.rollBackStart().plus(limits.rollBack());
        boolean late = !seen.now().isBefore(end);
        boolean undecided = !isNeverAsked(seen) && !isSourceDone(seen);
        List<Action> actions = new ArrayList<>(tell(seen));
        if (!undecided || isTargetDone(seen)) {
            removeTarget(seen, late).ifPresent(actions::add);
        }
        boolean agentsDone = (isSourceDone(seen) && isTargetDone(seen)) || (late && !undecided);
        if (agentsDone && (seen.target().isEmpty() || seen.isMovedByOwner())) {
            return cleanUp(seen, late, end);
        }
        if (undecided && late) {
            return new Decision.Stall(actions, stalled(seen), seen.now().plus(limits.rollBack()));
        }
        return new Decision.Stay(
                actions, waitingFor(seen), late ? seen.now().plus(limits.rollBack()) : end);
    }

    /** Both at once: the agents settle between themselves who was first. */
    private static List<Action> tell(Observation seen) {
        List<Action> actions = new ArrayList<>();
        if (seen.work().isBusy() && !isUndoing(seen)) {
            actions.add(new Action.InterruptStrategy(seen.migration()));
        }
        seen.checkpoint()
                .filter(_ -> !isSourceDone(seen))
                .filter(checkpoint -> checkpoint.getSpec().getGoal() != CheckpointGoal.RollBack)
                .ifPresent(
                        checkpoint ->
                                actions.add(
                                        new Action.SetGoal(checkpoint, CheckpointGoal.RollBack)));
        seen.restore()
                .filter(_ -> !isTargetDone(seen))
                .filter(restore -> restore.getSpec().getGoal() != RestoreGoal.Cancel)
                .ifPresent(restore -> actions.add(new Action.Cancel(restore)));
        return actions;
    }

    private static Optional<Action> removeTarget(Observation seen, boolean late) {
        return seen.target()
                .filter(_ -> !seen.isMovedByOwner())
                .filter(target -> !target.isMarkedForDeletion() || late)
                .map(target -> new Action.DeletePod(target, late ? 0 : GRACE_SECONDS));
    }

    private Decision cleanUp(Observation seen, boolean late, Instant end) {
        List<Action> actions = new ArrayList<>();
        seen.restore()
                .filter(restore -> !restore.isMarkedForDeletion())
                .ifPresent(restore -> actions.add(new Action.Delete(restore)));
        seen.checkpoint()
                .filter(checkpoint -> !checkpoint.isMarkedForDeletion())
                .ifPresent(checkpoint -> actions.add(new Action.Delete(checkpoint)));
        boolean gone = seen.restore().isEmpty() && seen.checkpoint().isEmpty();
        // An agent that is away keeps its object until it has cleaned up; that is not worth waiting
        // for.
        if (gone || (late && actions.isEmpty())) {
            return isWorthAnotherWay(seen)
                    ? new Decision.FallBack(Objects.requireNonNull(seen.status().getFailure()))
                    : stages.undo(outcome(seen), seen);
        }
        return new Decision.Stay(
                actions,
                "the agents to forget the migration",
                late ? seen.now().plusSeconds(1) : end);
    }

    private static boolean isUndoing(Observation seen) {
        return seen.workload().filter(work -> work.getStage() == StrategyStage.Undo).isPresent();
    }

    /**
     * The strategy had given the word to freeze, so it has saved what it needs; the source is
     * there, and neither the user nor the strategy itself is why it ended.
     */
    private static boolean isWorthAnotherWay(Observation seen) {
        return seen.chosen().filter(Strategy.Hybrid::equals).isPresent()
                && !seen.isUnwanted()
                && seen.source().filter(pod -> !pod.isMarkedForDeletion()).isPresent()
                && !NO_OTHER_WAY.contains(seen.status().getFailure().getReason())
                && seen.workload()
                        .filter(work -> !work.isFellBack())
                        .filter(work -> work.getStage() == StrategyStage.AwaitFreeze)
                        .filter(WorkloadProgress::isComplete)
                        .isPresent();
    }

    /** How a migration ends of which everything is undone. */
    static PodMigrationPhase outcome(Observation seen) {
        if (seen.checkpointIs(PodCheckpointPhase.Released)) {
            return PodMigrationPhase.Failed;
        }
        Failure failure = seen.status().getFailure();
        if (failure != null
                && failure.getReason() == FailureReason.Cancelled
                && seen.isUnwanted()) {
            return PodMigrationPhase.Cancelled;
        }
        return PhaseTable.isBefore(seen.phase(), PodMigrationPhase.Preparing)
                ? PodMigrationPhase.Failed
                : PodMigrationPhase.RolledBack;
    }

    /** The goal Migrate is set in phase Armed; before it no grant is possible. */
    private static boolean isNeverAsked(Observation seen) {
        return PhaseTable.isBefore(seen.phase(), PodMigrationPhase.Armed);
    }

    private static boolean isSourceDone(Observation seen) {
        Optional<PodCheckpoint> checkpoint = seen.checkpoint();
        return checkpoint.isEmpty()
                || checkpoint.get().getSpec().getGoal() == CheckpointGoal.Inspect
                || seen.checkpointPhase()
                        .filter(
                                phase ->
                                        switch (phase) {
                                            case RolledBack, Failed, Released -> true;
                                            case Pending,
                                                    Inspected,
                                                    Preparing,
                                                    Prepared,
                                                    Frozen,
                                                    Granted,
                                                    Archived ->
                                                    false;
                                        })
                        .isPresent();
    }

    private static boolean isTargetDone(Observation seen) {
        Optional<PodRestore> restore = seen.restore();
        return restore.isEmpty()
                || seen.restoreIs(PodRestorePhase.Cancelled)
                || seen.restoreIs(PodRestorePhase.Failed);
    }

    private Failure stalled(Observation seen) {
        return silence.ofSource(seen)
                .or(() -> silence.ofTarget(seen))
                .orElseGet(
                        () ->
                                Failure.of(
                                        FailureReason.AgentUnreachable,
                                        "Neither agent has confirmed that the migration is undone"
                                                + " within "
                                                + limits.rollBack().toSeconds()
                                                + " s."));
    }

    private static String waitingFor(Observation seen) {
        List<String> missing = new ArrayList<>();
        if (!isSourceDone(seen)) {
            missing.add("the source agent");
        }
        if (!isTargetDone(seen)) {
            missing.add("the target agent");
        }
        seen.target()
                .map(Pod::getMetadata)
                .ifPresent(target -> missing.add("pod " + target.getName() + " to go"));
        return missing.isEmpty() ? "the agents" : String.join(", ", missing);
    }
}
