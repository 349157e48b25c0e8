package dev.podmigration.operator.status;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.Verdict;
import dev.podmigration.operator.observe.Observation;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The conditions as kstatus wants them: Ready always; Reconciling, Stalled, RollingBack and
 * CancelRefused only while they are True. A condition keeps its time as long as its status stays
 * the same.
 */
final class Conditions {

    private final PodMigration migration;
    private final List<Condition> old;
    private final Instant now;
    private final List<Condition> list = new ArrayList<>();

    private Conditions(Observation seen) {
        this.migration = seen.migration();
        this.old = seen.status().getConditions();
        this.now = seen.now();
    }

    /**
     * The conditions that go with the draft of the status.
     *
     * @param progress what is being waited for, or how it ended; one sentence
     * @param stall why it cannot go on by itself for now
     */
    static List<Condition> of(Observation seen, String progress, @Nullable Failure stall) {
        Conditions conditions = new Conditions(seen);
        conditions.fill(seen.status(), progress, Optional.ofNullable(stall));
        conditions.refuseCancel(seen);
        return conditions.list;
    }

    /** Those of a migration that has ended, after its spec was changed once more. */
    static List<Condition> afterTheEnd(Observation seen) {
        Conditions conditions = new Conditions(seen);
        Long generation = seen.migration().getMetadata().getGeneration();
        conditions.old.stream()
                .filter(condition -> !CancelRefusal.TYPE.equals(condition.getType()))
                .map(
                        condition ->
                                new ConditionBuilder(condition)
                                        .withObservedGeneration(generation)
                                        .build())
                .forEach(conditions.list::add);
        conditions.refuseCancel(seen);
        return conditions.list;
    }

    private void refuseCancel(Observation seen) {
        CancelRefusal.of(seen)
                .ifPresent(
                        refusal ->
                                add(CancelRefusal.TYPE, true, refusal.reason(), refusal.message()));
    }

    private void fill(PodMigrationStatus status, String progress, Optional<Failure> stall) {
        PodMigrationPhase phase =
                Optional.ofNullable(status.getPhase()).orElse(PodMigrationPhase.Pending);
        Failure failure = status.getFailure();
        boolean rollingBack = failure != null && !phase.isFinal();
        String reason = readyReason(phase, failure, rollingBack);
        String message = message(phase, failure, progress);
        add("Ready", phase == PodMigrationPhase.Succeeded, reason, message);
        if (!status.getFindings().isEmpty()) {
            migratable(status.getFindings(), isChosen(status));
        }
        if (!phase.isFinal() && stall.isEmpty()) {
            add("Reconciling", true, reason, progress);
        }
        if (rollingBack) {
            add(
                    Observation.ROLLING_BACK,
                    true,
                    String.valueOf(failure.getReason()),
                    failure.getMessage());
        }
        if (stall.isPresent()) {
            add("Stalled", true, String.valueOf(stall.get().getReason()), stall.get().getMessage());
        } else if (phase.isFinal() && phase != PodMigrationPhase.Succeeded) {
            add("Stalled", true, reason, message);
        }
    }

    /** Why, and for one that was undone also what became of its source. */
    private static String message(
            PodMigrationPhase phase, @Nullable Failure failure, String progress) {
        if (failure == null) {
            return progress;
        }
        String why = String.valueOf(failure.getMessage());
        return phase == PodMigrationPhase.RolledBack || phase == PodMigrationPhase.Cancelled
                ? why + (why.endsWith(".") ? " " : ". ") + progress
                : why;
    }

    private String readyReason(
            PodMigrationPhase phase, @Nullable Failure failure, boolean rollingBack) {
        if (rollingBack) {
            return Observation.ROLLING_BACK;
        }
        if (failure != null) {
            return String.valueOf(failure.getReason());
        }
        return phase == PodMigrationPhase.Succeeded && migration.getSpec().isDryRun()
                ? "DryRun"
                : phase.name();
    }

    private static boolean isChosen(PodMigrationStatus status) {
        return status.getStrategy() != null && status.getStrategy().getChosen() != null;
    }

    /** What a better strategy was refused for does not stop the one that was chosen. */
    private void migratable(List<Finding> findings, boolean chosen) {
        List<Finding> refused =
                findings.stream()
                        .filter(finding -> finding.getVerdict() == Verdict.Refused)
                        .toList();
        if (refused.isEmpty() || chosen) {
            add("Migratable", true, "ChecksPassed", passed(findings));
        } else {
            add(
                    "Migratable",
                    false,
                    String.valueOf(refused.getFirst().getReason()),
                    refused.stream().map(Finding::getMessage).collect(Collectors.joining(" ")));
        }
    }

    private static String passed(List<Finding> findings) {
        List<Finding> warnings =
                findings.stream()
                        .filter(finding -> finding.getVerdict() != Verdict.Passed)
                        .toList();
        return warnings.isEmpty()
                ? "All " + findings.size() + " checks passed."
                : "Nothing forbids it, but: "
                        + warnings.stream()
                                .map(Finding::getMessage)
                                .collect(Collectors.joining(" "));
    }

    private void add(String type, boolean value, String reason, @Nullable String message) {
        String status = value ? "True" : "False";
        String since =
                old.stream()
                        .filter(
                                condition ->
                                        type.equals(condition.getType())
                                                && status.equals(condition.getStatus()))
                        .map(Condition::getLastTransitionTime)
                        .findFirst()
                        .orElseGet(() -> now.truncatedTo(ChronoUnit.SECONDS).toString());
        list.add(
                new ConditionBuilder()
                        .withType(type)
                        .withStatus(status)
                        .withReason(reason)
                        .withMessage(message == null ? "" : message)
                        .withLastTransitionTime(since)
                        .withObservedGeneration(migration.getMetadata().getGeneration())
                        .build());
    }
}
