package dev.podmigration.operator.observe;

import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.api.v1alpha1.MigrationNodeStatus;
import dev.podmigration.api.v1alpha1.Timestamps;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Node;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Questions about one node. */
public final class NodeState {

    private NodeState() {}

    public static boolean isReady(Node node) {
        return node.getStatus() != null
                && node.getStatus().getConditions().stream()
                        .anyMatch(
                                condition ->
                                        "Ready".equals(condition.getType())
                                                && "True".equals(condition.getStatus()));
    }

    public static boolean isCordoned(Node node) {
        return node.getSpec() != null && Boolean.TRUE.equals(node.getSpec().getUnschedulable());
    }

    /** The Ready condition that the agent of the node reports. */
    public static Optional<Condition> proof(MigrationNode node) {
        List<Condition> conditions =
                Optional.ofNullable(node.getStatus())
                        .map(MigrationNodeStatus::getConditions)
                        .orElse(List.of());
        return conditions.stream()
                .filter(condition -> "Ready".equals(condition.getType()))
                .findFirst();
    }

    /**
     * The agent of the node has not reported for too long, or never.
     *
     * @param heartbeat age of its last report from which on it counts as silent
     */
    public static boolean isSilent(MigrationNode node, Duration heartbeat, Instant now) {
        return lastHeard(node).filter(heard -> now.isBefore(heard.plus(heartbeat))).isEmpty();
    }

    /** When the agent of the node was last heard. */
    public static Optional<Instant> lastHeard(MigrationNode node) {
        return Optional.ofNullable(node.getStatus())
                .map(MigrationNodeStatus::getObservedAt)
                .map(Timestamps::parse);
    }
}
