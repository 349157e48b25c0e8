package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.TargetSelection;
import dev.podmigration.operator.observe.Observation;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The node, or the nodes, to which the pod may move. */
public final class TargetNodes implements Check {

    private static final String NAME = "TargetNode";

    /** More whole sentences than this nobody reads. */
    private static final int MOST_SENTENCES = 8;

    /** Enough to go and look at some nodes with the same trouble. */
    private static final int MOST_NAMES = 5;

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

    /** Nodes that can run a new pod like the source: nothing is asked of agents or processors. */
    public List<Node> forReplacement(Pod source, Observation seen) {
        return wanted(seen).stream()
                .filter(node -> fitness.replacement(NAME, node, source, seen).isEmpty())
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
        List<String> objections =
                wanted(seen).stream()
                        .flatMap(node -> fitness.target(NAME, node, source, seen).stream())
                        .map(Finding::getMessage)
                        .toList();
        return List.of(
                Finding.refused(
                        NAME,
                        FailureReason.NoEligibleNode,
                        objections.isEmpty() || objections.size() > MOST_SENTENCES
                                ? "No node can take the pod: " + objections(source, seen) + "."
                                : String.join(" ", objections)));
    }

    /** Nodes that passed the checks and cannot take the pod any more. */
    public Failure droppedOut(Pod source, Observation seen) {
        return Failure.of(
                FailureReason.NoEligibleNode,
                "Since the checks every node that could take the pod has dropped out: "
                        + objections(source, seen)
                        + ".");
    }

    /** What speaks against which nodes, in few words: a cluster may have thousands of them. */
    private String objections(Pod source, Observation seen) {
        Map<FailureReason, List<String>> nodes = new EnumMap<>(FailureReason.class);
        for (Node node : wanted(seen)) {
            fitness.target(NAME, node, source, seen).stream()
                    .map(Finding::getReason)
                    .distinct()
                    .forEach(
                            reason ->
                                    nodes.computeIfAbsent(reason, _ -> new ArrayList<>())
                                            .add(name(node)));
        }
        if (nodes.isEmpty()) {
            String named = seen.spec().getTarget().getNodeName();
            return named == null
                    ? "none has the labels of target.nodeSelector"
                    : "node " + named + " is not in the cluster";
        }
        return nodes.entrySet().stream()
                .map(reason -> reason.getKey() + " (" + few(reason.getValue()) + ")")
                .collect(Collectors.joining(", "));
    }

    private static String few(List<String> names) {
        int more = names.size() - MOST_NAMES;
        return String.join(", ", more > 0 ? names.subList(0, MOST_NAMES) : names)
                + (more > 0 ? " and " + more + " more" : "");
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
