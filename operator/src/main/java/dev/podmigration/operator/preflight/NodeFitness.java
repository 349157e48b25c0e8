package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.Ability;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.api.v1alpha1.MigrationNodeStatus;
import dev.podmigration.operator.observe.NodeState;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.observe.PodState;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What speaks against a node, as source or as target. */
public final class NodeFitness {

    private final Duration heartbeat;

    /**
     * Judges agents by the age of their last report.
     *
     * @param heartbeat age of an agent's last report from which on it counts as silent
     */
    public NodeFitness(Duration heartbeat) {
        this.heartbeat = heartbeat;
    }

    /** Refusals; none when the agent of the node has proved lately that it can dump and restore. */
    List<Finding> agent(String check, String nodeName, Observation seen) {
        Optional<MigrationNode> node = seen.cluster().migrationNode(nodeName);
        if (node.isEmpty()) {
            return noAgent(
                    check,
                    "Node " + nodeName + " has no MigrationNode: no agent ever reported from it.");
        }
        Optional<Condition> proof = NodeState.proof(node.get());
        if (proof.isEmpty() || !"True".equals(proof.get().getStatus())) {
            return noAgent(
                    check,
                    "The agent of node "
                            + nodeName
                            + " has not proved it: "
                            + proof.map(
                                            condition ->
                                                    condition.getReason()
                                                            + ", "
                                                            + condition.getMessage())
                                    .orElse("no Ready condition yet"));
        }
        if (NodeState.isSilent(node.get(), heartbeat, seen.now())) {
            return noAgent(
                    check,
                    "The agent of node "
                            + nodeName
                            + " was last heard at "
                            + node.get().getStatus().getObservedAt()
                            + ".");
        }
        return List.of();
    }

    /** Everything that speaks against this node as target, not only the first. */
    List<Finding> target(String check, Node node, Pod source, Observation seen) {
        List<Finding> refused = new ArrayList<>(state(check, node, source));
        if (refused.stream().anyMatch(found -> found.getReason() == FailureReason.SameNode)) {
            return refused;
        }
        refused.addAll(agent(check, node.getMetadata().getName(), seen));
        refused.addAll(processor(check, node.getMetadata().getName(), source, seen));
        refused.addAll(memory(check, node, source, seen));
        refused.addAll(constraints(check, node, source, seen));
        return Refusals.of(refused);
    }

    /** Everything that speaks against this node for a pod that is made anew. */
    List<Finding> replacement(String check, Node node, Pod source, Observation seen) {
        List<Finding> refused = new ArrayList<>(state(check, node, source));
        refused.addAll(memory(check, node, source, seen));
        return refused;
    }

    private static List<Finding> state(String check, Node node, Pod source) {
        List<Finding> refused = new ArrayList<>();
        String name = node.getMetadata().getName();
        if (name.equals(source.getSpec().getNodeName())) {
            return List.of(
                    Finding.refused(
                            check,
                            FailureReason.SameNode,
                            "The pod runs on node " + name + " already."));
        }
        if (!NodeState.isReady(node)) {
            refused.add(
                    Finding.refused(
                            check, FailureReason.NodeNotReady, "Node " + name + " is not Ready."));
        }
        if (NodeState.isCordoned(node)) {
            refused.add(
                    Finding.refused(
                            check, FailureReason.NodeCordoned, "Node " + name + " is cordoned."));
        }
        return refused;
    }

    /**
     * Otherwise the scheduler says so before anything is stopped. A pod that keeps its name is
     * scheduled when its source is gone.
     */
    private static List<Finding> constraints(
            String check, Node node, Pod source, Observation seen) {
        if (!seen.isNameKept()) {
            return List.of();
        }
        return Constraints.violated(source, node)
                .map(
                        message ->
                                List.of(
                                        Finding.refused(
                                                check, FailureReason.TargetUnschedulable, message)))
                .orElse(List.of());
    }

    private static List<Finding> processor(
            String check, String target, Pod source, Observation seen) {
        Optional<MigrationNodeStatus> from =
                seen.cluster()
                        .migrationNode(source.getSpec().getNodeName())
                        .map(MigrationNode::getStatus);
        Optional<MigrationNodeStatus> to =
                seen.cluster().migrationNode(target).map(MigrationNode::getStatus);
        if (from.isEmpty() || to.isEmpty()) {
            return List.of();
        }
        if (!Objects.equals(from.get().getArchitecture(), to.get().getArchitecture())) {
            return List.of(
                    Finding.refused(
                            check,
                            FailureReason.ArchitectureMismatch,
                            "Node "
                                    + target
                                    + " is "
                                    + to.get().getArchitecture()
                                    + ", the source is "
                                    + from.get().getArchitecture()
                                    + "."));
        }
        Set<String> missing = new HashSet<>(from.get().getCpuFeatures());
        missing.removeAll(to.get().getCpuFeatures());
        return missing.isEmpty()
                ? List.of()
                : List.of(
                        Finding.refused(
                                check,
                                FailureReason.CpuMismatch,
                                "The processor of node "
                                        + target
                                        + " lacks "
                                        + missing.stream()
                                                .sorted()
                                                .collect(Collectors.joining(", "))
                                        + "."));
    }

    /**
     * Only what can never fit; what is free at the moment is the scheduler's and the target agent's
     * business.
     */
    private static List<Finding> memory(String check, Node node, Pod source, Observation seen) {
        Quantity allocatable =
                node.getStatus() == null || node.getStatus().getAllocatable() == null
                        ? null
                        : node.getStatus().getAllocatable().get("memory");
        if (allocatable == null) {
            return List.of();
        }
        long room = allocatable.getNumericalAmount().longValue();
        long needed = Math.max(PodState.requestedMemoryBytes(source), InspectedMemory.of(seen));
        return needed <= room
                ? List.of()
                : List.of(
                        Finding.refused(
                                check,
                                FailureReason.TargetMemoryTooSmall,
                                "The pod needs "
                                        + InspectedMemory.mebibytes(needed)
                                        + ", node "
                                        + node.getMetadata().getName()
                                        + " has "
                                        + InspectedMemory.mebibytes(room)
                                        + " for pods."));
    }

    /** Whether the node reported that it tried this ability and it did not work. */
    static Optional<Ability> disproved(String ability, MigrationNode node) {
        return Optional.ofNullable(node.getStatus()).stream()
                .flatMap(status -> status.getAbilities().stream())
                .filter(known -> ability.equals(known.getName()) && !known.isProved())
                .findFirst();
    }

    private static List<Finding> noAgent(String check, String message) {
        return List.of(Finding.refused(check, FailureReason.NoProvedAgent, message));
    }
}
