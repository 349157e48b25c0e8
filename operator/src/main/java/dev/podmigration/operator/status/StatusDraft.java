package dev.podmigration.operator.status;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.PhaseTransition;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.StrategyChoice;
import dev.podmigration.api.v1alpha1.Timestamps;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.phase.Decision;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Puts a decision into the draft of the status that an observation carries. */
public final class StatusDraft {

    private StatusDraft() {}

    public static void apply(Decision decision, Observation seen) {
        PodMigration migration = seen.migration();
        Instant now = seen.now();
        PodMigrationStatus status = migration.getStatus();
        switch (decision) {
            case Decision.Enter enter -> {
                enter(enter.phase(), status, now);
                conditions(seen, "Phase " + enter.phase() + " begins.", null);
            }
            case Decision.Stay stay ->
                    conditions(seen, "Waiting for " + stay.waitingFor() + ".", null);
            case Decision.GiveUp giveUp -> {
                status.setFailure(giveUp.failure());
                enter(phase(status), status, now);
                conditions(seen, "Everything is being undone.", null);
            }
            case Decision.GoForward _ -> {
                status.setFailure(null);
                enter(PodMigrationPhase.Committed, status, now);
                conditions(
                        seen, "The target has the grant already: too late to undo anything.", null);
            }
            case Decision.FallBack fallBack -> {
                fallBack(fallBack.failure(), status);
                enter(PodMigrationPhase.Moving, status, now);
                conditions(seen, "The checkpoint is undone; moving without one.", null);
            }
            case Decision.Stall stall ->
                    conditions(seen, stall.failure().getMessage(), stall.failure());
            case Decision.Finish finish -> {
                enter(finish.phase(), status, now);
                status.setCompletionTime(Timestamps.format(now));
                status.setPreparedPod(null);
                conditions(seen, Ending.of(finish.phase(), seen), null);
            }
        }
        status.setObservedGeneration(migration.getMetadata().getGeneration());
    }

    /** What was made for the checkpoint is gone; its failure stays among the reasons. */
    private static void fallBack(Failure failure, PodMigrationStatus status) {
        StrategyChoice choice = status.getStrategy();
        List<String> reasons = new ArrayList<>(choice.getReasons());
        reasons.add("The checkpoint failed and was undone: " + failure.getMessage());
        choice.setReasons(reasons);
        status.getWorkload().setFellBack(true);
        status.setFailure(null);
        status.setTarget(null);
        status.setPreparedPod(null);
        status.setAddressesKept(List.of());
    }

    /** The status of a migration that has ended holds for the spec as it is now. */
    public static void acknowledge(Observation seen) {
        seen.status().setObservedGeneration(seen.migration().getMetadata().getGeneration());
        seen.status().setConditions(Conditions.afterTheEnd(seen));
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

    private static void conditions(Observation seen, String progress, @Nullable Failure stall) {
        seen.status().setConditions(Conditions.of(seen, progress, stall));
    }

    private static PodMigrationPhase phase(PodMigrationStatus status) {
        return status.getPhase() == null ? PodMigrationPhase.Pending : status.getPhase();
    }
}
