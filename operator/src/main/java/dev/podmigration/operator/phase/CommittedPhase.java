package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.operator.observe.Observation;

/**
 * The moment after which nothing can be taken back. It is a phase of its own so that its time is in
 * the status; only a pod that keeps its name stays in it, because its target comes after.
 */
final class CommittedPhase implements PhaseHandler {

    private final Replacement replacement;

    CommittedPhase(Replacement replacement) {
        this.replacement = replacement;
    }

    @Override
    public Decision next(Observation seen) {
        return seen.isNameKept() && !seen.isStartedAnew()
                ? replacement.next(seen)
                : new Decision.Enter(PodMigrationPhase.Switching);
    }
}
