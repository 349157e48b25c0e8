package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.observe.Observation;

import java.time.Instant;

/**
 * Both ends are ready: says go, once, when the program's strategy says that it is time. From here
 * on the agents decide between themselves.
 */
final class ArmedPhase implements PhaseHandler {

    private final Silence silence;
    private final StageRun stages;

    ArmedPhase(Silence silence, StageRun stages) {
        this.silence = silence;
        this.stages = stages;
    }

    @Override
    public Decision next(Observation seen) {
        if (seen.checkpointIs(PodCheckpointPhase.Frozen)
                || seen.isGranted()
                || seen.restoreIs(PodRestorePhase.Restoring)
                || seen.isPodOnTarget()) {
            return new Decision.Enter(PodMigrationPhase.Frozen);
        }
        Instant lookAgain = silence.noticedBy(seen, Obstacles.deadline(seen));
        PodCheckpoint checkpoint = seen.checkpoint().orElseThrow();
        if (checkpoint.getSpec().getGoal() == CheckpointGoal.Migrate) {
            return Decision.waitFor("the source to be frozen", lookAgain);
        }
        if (seen.isMember()) {
            return Decision.waitFor("the word to freeze all pods of the group", lookAgain);
        }
        return switch (stages.next(StrategyStage.AwaitFreeze, seen)) {
            case StageRun.State.Busy busy -> busy.decision();
            case StageRun.State.Refused refused -> new Decision.GiveUp(refused.failure());
            case StageRun.State.Complete _ ->
                    Decision.act(
                            new Action.SetGoal(checkpoint, CheckpointGoal.Migrate),
                            "the source to be frozen",
                            lookAgain);
        };
    }
}
