package dev.podmigration.agent.node;

import dev.podmigration.agent.canary.Proof;
import dev.podmigration.api.v1alpha1.Ability;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.MigrationNodeStatus;
import dev.podmigration.api.v1alpha1.Timestamps;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The status of a MigrationNode from what the agent knows. Pure. */
final class NodeStatus {

    static final String READY = "Ready";

    /** Without these a node is of no use; the others are looked at when a pod needs them. */
    private static final Set<String> NEEDED = Set.of("Checkpoint", "Restore");

    private NodeStatus() {}

    /**
     * @param before the status as it was written last; gives the times at which conditions changed
     */
    static MigrationNodeStatus of(
            NodeReport report, MigrationNodeStatus before, long generation, Instant now) {
        MigrationNodeStatus status = new MigrationNodeStatus();
        status.setAddress(report.address());
        status.setVersions(report.facts().versions());
        status.setArchitecture(report.facts().architecture());
        status.setCpuFeatures(new ArrayList<>(report.facts().cpuFeatures()));
        status.setNetwork(report.network().orElse(null));
        status.setAbilities(
                report.proofs().stream()
                        .map(proof -> Ability.of(proof.ability(), proof.proved(), proof.message()))
                        .collect(Collectors.toCollection(ArrayList::new)));
        status.setConditions(new ArrayList<>(List.of(ready(report, before, generation, now))));
        status.setObservedGeneration(generation);
        status.setObservedAt(Timestamps.format(now));
        report.certificateExpiry()
                .map(expiry -> expiry.truncatedTo(ChronoUnit.SECONDS).toString())
                .ifPresent(status::setCertificateExpiry);
        return status;
    }

    private static Condition ready(
            NodeReport report, MigrationNodeStatus before, long generation, Instant now) {
        List<String> failed =
                report.proofs().stream()
                        .filter(proof -> NEEDED.contains(proof.ability()) && !proof.proved())
                        .map(proof -> proof.ability() + ": " + proof.message())
                        .toList();
        boolean untried = report.proofs().stream().map(Proof::ability).noneMatch(NEEDED::contains);
        if (!failed.isEmpty()) {
            return condition(
                    "False",
                    FailureReason.CanaryFailed.name(),
                    String.join(" ", failed),
                    before,
                    generation,
                    now);
        }
        if (!report.problems().isEmpty()) {
            return condition(
                    "False",
                    "NotInstalled",
                    String.join(" ", report.problems()),
                    before,
                    generation,
                    now);
        }
        if (untried) {
            return condition(
                    "Unknown", "NotTried", "The canary has not run yet.", before, generation, now);
        }
        return condition(
                "True",
                "Proved",
                "A process was dumped and restored on this node.",
                before,
                generation,
                now);
    }

    private static Condition condition(
            String value,
            String reason,
            String message,
            MigrationNodeStatus before,
            long generation,
            Instant now) {
        String since =
                before.getConditions().stream()
                        .filter(
                                condition ->
                                        READY.equals(condition.getType())
                                                && value.equals(condition.getStatus()))
                        .map(Condition::getLastTransitionTime)
                        .findFirst()
                        .orElse(now.truncatedTo(ChronoUnit.SECONDS).toString());
        return new ConditionBuilder()
                .withType(READY)
                .withStatus(value)
                .withReason(reason)
                .withMessage(message)
                .withObservedGeneration(generation)
                .withLastTransitionTime(since)
                .build();
    }
}
