package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.api.v1alpha1.WorkloadProgress;
import dev.podmigration.operator.observe.Observation;

import java.util.Optional;

/**
 * Undoes a group: the members see that it gives up and undo themselves, each as far as its agents
 * say that it can be. When all have ended, the program's strategy takes back what it did.
 */
final class GroupRollBack implements PhaseHandler {

    private final StageRun stages;

    GroupRollBack(StageRun stages) {
        this.stages = stages;
    }

    @Override
    public Decision next(Observation seen) {
        Members members = Members.of(seen);
        if (members.isCommitted()) {
            return new Decision.GoForward();
        }
        Failure recorded = seen.status().getFailure();
        if (recorded != null && recorded.getReason() == FailureReason.GroupMemberFailed) {
            members.cause().ifPresent(seen.status()::setFailure);
        }
        if (!members.haveEnded()) {
            return Decision.waitFor(
                    "every pod of the group to be as it was", Obstacles.deadline(seen));
        }
        Optional<WorkloadProgress> begun = seen.workload().filter(work -> work.getStage() != null);
        if (begun.isEmpty()) {
            return new Decision.Finish(outcome(seen));
        }
        return switch (stages.next(StrategyStage.Undo, seen)) {
            case StageRun.State.Busy busy -> busy.decision();
            case StageRun.State.Complete _ -> new Decision.Finish(outcome(seen));
            case StageRun.State.Refused refused -> {
                begun.get().setUndoFailure(refused.failure());
                yield new Decision.Finish(outcome(seen));
            }
        };
    }

    private static PodMigrationPhase outcome(Observation seen) {
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
}
