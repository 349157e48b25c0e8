package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.observe.Observation;

import java.time.Instant;

/** Both ends are ready: says go, once. From here on the agents decide between themselves. */
final class ArmedPhase implements PhaseHandler {

    private final Silence silence;

    ArmedPhase(Silence silence) {
        this.silence = silence;
    }

    @Override
    public Decision next(Observation seen) {
        if (seen.checkpointIs(PodCheckpointPhase.Frozen)
                || PhaseTable.isGranted(seen)
                || seen.restoreIs(PodRestorePhase.Restoring)
                || seen.restoreIs(PodRestorePhase.Committed)) {
            return new Decision.Enter(PodMigrationPhase.Frozen);
        }
        Instant lookAgain = silence.noticedBy(seen, Obstacles.deadline(seen));
        PodCheckpoint checkpoint = seen.checkpoint().orElseThrow();
        return checkpoint.getSpec().getGoal() == CheckpointGoal.Migrate
                ? Decision.waitFor("the source to be frozen", lookAgain)
                : Decision.act(
                        new Action.SetGoal(checkpoint, CheckpointGoal.Migrate),
                        "the source to be frozen",
                        lookAgain);
    }
}
