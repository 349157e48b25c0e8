package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.operator.observe.Observation;

/**
 * The moment after which nothing can be taken back. It is a phase of its own so that its time is in
 * the status.
 */
final class CommittedPhase implements PhaseHandler {

    @Override
    public Decision next(Observation seen) {
        return new Decision.Enter(PodMigrationPhase.Switching);
    }
}
