package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.operator.observe.Observation;

/** Memory is on its way. The agents limit this time and undo it themselves. */
final class FrozenPhase implements PhaseHandler {

    private final Silence silence;

    FrozenPhase(Silence silence) {
        this.silence = silence;
    }

    @Override
    public Decision next(Observation seen) {
        return seen.isGranted() || seen.restoreIs(PodRestorePhase.Restoring) || seen.isPodOnTarget()
                ? new Decision.Enter(PodMigrationPhase.Restoring)
                : Decision.waitFor(
                        "memory to arrive on the target",
                        silence.noticedBy(seen, Obstacles.deadline(seen)));
    }
}
