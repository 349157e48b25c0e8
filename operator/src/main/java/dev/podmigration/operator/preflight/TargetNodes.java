package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.TargetSelection;
import dev.podmigration.operator.observe.Observation;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The node, or the nodes, to which the pod may move. */
public final class TargetNodes implements Check {

    private static final String NAME = "TargetNode";

    private final NodeFitness fitness;

    public TargetNodes(NodeFitness fitness) {
        this.fitness = fitness;
    }

    /** Nodes that nothing speaks against, in the order of their names. */
    public List<Node> eligible(Pod source, Observation seen) {
        return wanted(seen).stream()
                .filter(node -> fitness.target(NAME, node, source, seen).isEmpty())
                .toList();
    }

    @Override
    public List<Finding> look(Pod source, Observation seen) {
        String named = seen.spec().getTarget().getNodeName();
        return named == null ? any(source, seen) : one(named, source, seen);
    }

    private List<Finding> one(String name, Pod source, Observation seen) {
        Optional<Node> node = seen.cluster().node(name);
        if (node.isEmpty()) {
            return List.of(
                    Finding.refused(
                            NAME,
                            FailureReason.NodeNotFound,
                            "There is no node " + name + " in the cluster."));
        }
        List<Finding> refused = fitness.target(NAME, node.get(), source, seen);
        return refused.isEmpty()
                ? List.of(Finding.passed(NAME, "Node " + name + " can take the pod."))
                : refused;
    }

    private List<Finding> any(Pod source, Observation seen) {
        List<Node> eligible = eligible(source, seen);
        if (!eligible.isEmpty()) {
            return List.of(
                    Finding.passed(
                            NAME,
                            "The scheduler chooses among "
                                    + eligible.stream()
                                            .map(TargetNodes::name)
                                            .collect(Collectors.joining(", "))
                                    + "."));
        }
        List<String> objections = new ArrayList<>();
        for (Node node : wanted(seen)) {
            fitness.target(NAME, node, source, seen)
                    .forEach(finding -> objections.add(finding.getMessage()));
        }
        return List.of(
                Finding.refused(
                        NAME,
                        FailureReason.NoEligibleNode,
                        objections.isEmpty()
                                ? "No node has the labels of target.nodeSelector."
                                : String.join(" ", objections)));
    }

    private static List<Node> wanted(Observation seen) {
        TargetSelection target = seen.spec().getTarget();
        return seen.cluster().nodes().stream()
                .filter(
                        node ->
                                target.getNodeName() == null
                                        || target.getNodeName().equals(name(node)))
                .filter(
                        node ->
                                node.getMetadata()
                                        .getLabels()
                                        .entrySet()
                                        .containsAll(target.getNodeSelector().entrySet()))
                .sorted((left, right) -> name(left).compareTo(name(right)))
                .toList();
    }

    private static String name(Node node) {
        return node.getMetadata().getName();
    }
}
