package dev.podmigration.operator.status;

import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.operator.observe.Observation;

import io.fabric8.kubernetes.api.model.Condition;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Why a wish to cancel is not followed. It stays in the status as a condition; the event that tells
 * of it is written when the condition is new.
 *
 * @param reason since when it was too late
 */
public record CancelRefusal(String reason, String message) {

    /** Condition that is there, and True, while a wish to cancel is refused. */
    public static final String TYPE = "CancelRefused";

    private static final Set<PodRestorePhase> RECEIVED =
            EnumSet.of(
                    PodRestorePhase.Granted,
                    PodRestorePhase.Committed,
                    PodRestorePhase.StartedAnew);

    /** Empty if nobody wishes to cancel, or the wish is followed. */
    static Optional<CancelRefusal> of(Observation seen) {
        if (!seen.spec().isCancelled()) {
            return Optional.empty();
        }
        if (seen.wasCommitted()) {
            return Optional.of(
                    new CancelRefusal(
                            "Committed",
                            "The wish to cancel came after the commit: only the target may ever"
                                    + " run."));
        }
        // What is being undone already is followed as far as the agents allow.
        return seen.phase().isFreeze() && !seen.isRollingBack() && isGranted(seen)
                ? Optional.of(
                        new CancelRefusal(
                                "Granted",
                                "The wish to cancel came after the grant: the target may run, and"
                                        + " only its agent could say that it never did."))
                : Optional.empty();
    }

    private static boolean isGranted(Observation seen) {
        return seen.isGranted() || seen.restorePhase().filter(RECEIVED::contains).isPresent();
    }

    /** The condition of a migration whose wish to cancel is refused. */
    public static Optional<Condition> told(PodMigration migration) {
        return migration.getStatus().getConditions().stream()
                .filter(condition -> TYPE.equals(condition.getType()))
                .findFirst();
    }
}
