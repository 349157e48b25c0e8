package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.operator.observe.Observation;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The target puts everything back and asks for the grant. Only its own word that it runs makes the
 * migration committed.
 */
final class RestoringPhase implements PhaseHandler {

    private final Silence silence;

    RestoringPhase(Silence silence) {
        this.silence = silence;
    }

    @Override
    public Decision next(Observation seen) {
        if (seen.isPodOnTarget()) {
            return new Decision.Enter(PodMigrationPhase.Committed);
        }
        if (Replacement.isDue(seen)) {
            return new Decision.Enter(PodMigrationPhase.Committed);
        }
        Instant lookAgain = silence.noticedBy(seen, Obstacles.deadline(seen));
        if (!seen.isGranted()) {
            return Decision.waitFor("the target to be restored", lookAgain);
        }
        Optional<Failure> silent = silence.ofTarget(seen);
        return silent.isPresent()
                ? new Decision.Stall(List.of(), silent.get(), lookAgain)
                : Decision.waitFor("the target to report that it runs", lookAgain);
    }
}
