package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.operator.observe.Observation;

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
        return stages.undo(RollBack.outcome(seen), seen);
    }
}
