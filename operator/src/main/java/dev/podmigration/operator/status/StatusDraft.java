package dev.podmigration.operator.status;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.PhaseTransition;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.Timestamps;
import dev.podmigration.operator.phase.Decision;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Puts a decision into the status of a migration. */
public final class StatusDraft {

    private StatusDraft() {}

    public static void apply(Decision decision, PodMigration migration, Instant now) {
        PodMigrationStatus status = migration.getStatus();
        switch (decision) {
            case Decision.Enter enter -> {
                enter(enter.phase(), status, now);
                conditions(migration, now, "Phase " + enter.phase() + " begins.", null);
            }
            case Decision.Stay stay ->
                    conditions(migration, now, "Waiting for " + stay.waitingFor() + ".", null);
            case Decision.GiveUp giveUp -> {
                status.setFailure(giveUp.failure());
                enter(phase(status), status, now);
                conditions(migration, now, "Everything is being undone.", null);
            }
            case Decision.GoForward _ -> {
                status.setFailure(null);
                enter(PodMigrationPhase.Committed, status, now);
                conditions(
                        migration,
                        now,
                        "The target has the grant already: too late to undo anything.",
                        null);
            }
            case Decision.Stall stall ->
                    conditions(migration, now, stall.failure().getMessage(), stall.failure());
            case Decision.Finish finish -> {
                enter(finish.phase(), status, now);
                status.setCompletionTime(Timestamps.format(now));
                status.setPreparedPod(null);
                conditions(migration, now, ending(migration), null);
            }
        }
        status.setObservedGeneration(migration.getMetadata().getGeneration());
    }

    private static void enter(PodMigrationPhase phase, PodMigrationStatus status, Instant now) {
        if (phase == status.getPhase()) {
            return;
        }
        PhaseTransition transition = new PhaseTransition();
        transition.setPhase(phase);
        transition.setTime(Timestamps.format(now));
        List<PhaseTransition> transitions = new ArrayList<>(status.getPhaseTransitions());
        transitions.add(transition);
        status.setPhaseTransitions(transitions);
        status.setPhase(phase);
    }

    private static void conditions(
            PodMigration migration, Instant now, String progress, @Nullable Failure stall) {
        migration.getStatus().setConditions(Conditions.of(migration, now, progress, stall));
    }

    private static PodMigrationPhase phase(PodMigrationStatus status) {
        return status.getPhase() == null ? PodMigrationPhase.Pending : status.getPhase();
    }

    private static String ending(PodMigration migration) {
        PodMigrationStatus status = migration.getStatus();
        return switch (phase(status)) {
            case Succeeded ->
                    migration.getSpec().isDryRun()
                            ? "Every check passed. Nothing was changed."
                            : "Pod "
                                    + status.getTarget().getPodName()
                                    + " runs on node "
                                    + status.getTarget().getNodeName()
                                    + freeze(status)
                                    + ".";
            case RolledBack, Cancelled -> "The source pod runs as before.";
            case Failed ->
                    status.getPhaseTransitions().stream()
                                    .anyMatch(
                                            passed ->
                                                    passed.getPhase()
                                                            == PodMigrationPhase.Committed)
                            ? status.getFailure().getMessage()
                            : "Nothing was moved.";
            case Pending, Preflight, Preparing, Armed, Frozen, Restoring, Committed, Switching ->
                    throw new IllegalStateException("not an end: " + status.getPhase());
        };
    }

    private static String freeze(PodMigrationStatus status) {
        return status.getFreeze() == null || status.getFreeze().getMilliseconds() == null
                ? ""
                : ", it was silent for " + status.getFreeze().getMilliseconds() + " ms";
    }
}
