package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.GroupSelector;
import dev.podmigration.api.v1alpha1.PodNameMode;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.observe.PodState;

import io.fabric8.kubernetes.api.model.Pod;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The pods that a group selects, and whether they can be moved as one at all. Whether each of them
 * can be moved is asked by its own migration.
 */
public final class GroupPods {

    private static final String NAME = "Group";

    /** So many PodCheckpoints an agent takes for one group. */
    private static final int MOST = 16;

    private GroupPods() {}

    /** In the order of their names; one that has ended has nothing to move. */
    public static List<Pod> of(Observation seen) {
        GroupSelector selector = Objects.requireNonNull(seen.spec().getSelector());
        return seen
                .cluster()
                .pods(seen.migration().getMetadata().getNamespace(), selector.getMatchLabels())
                .stream()
                .filter(pod -> !PodState.hasEnded(pod))
                .sorted(Comparator.comparing(pod -> pod.getMetadata().getName()))
                .toList();
    }

    /** What speaks against moving these together, or that nothing does. */
    public static List<Finding> look(List<Pod> pods, Observation seen) {
        List<Finding> refused = new ArrayList<>();
        number(pods, seen, refused);
        place(pods, seen, refused);
        wish(seen, refused);
        return refused.isEmpty()
                ? List.of(
                        Finding.passed(
                                NAME,
                                "The pods "
                                        + names(pods)
                                        + " run on node "
                                        + pods.getFirst().getSpec().getNodeName()
                                        + " and move as one."))
                : List.copyOf(refused);
    }

    private static void number(List<Pod> pods, Observation seen, List<Finding> refused) {
        if (pods.isEmpty()) {
            refused.add(
                    Finding.refused(
                            NAME,
                            FailureReason.PodNotFound,
                            "There is no pod with the labels of spec.selector in namespace "
                                    + seen.migration().getMetadata().getNamespace()
                                    + "."));
        }
        if (pods.size() > MOST) {
            refused.add(
                    Finding.refused(
                            NAME,
                            FailureReason.GroupTooLarge,
                            pods.size() + " pods have the labels of spec.selector."));
        }
    }

    private static void place(List<Pod> pods, Observation seen, List<Finding> refused) {
        List<Pod> nowhere =
                pods.stream().filter(pod -> pod.getSpec().getNodeName() == null).toList();
        if (!nowhere.isEmpty()) {
            refused.add(
                    Finding.refused(
                            NAME,
                            FailureReason.PodNotRunning,
                            "These pods have no node yet: " + names(nowhere) + "."));
        }
        Map<String, List<Pod>> nodes =
                pods.stream()
                        .filter(pod -> pod.getSpec().getNodeName() != null)
                        .collect(
                                Collectors.groupingBy(
                                        pod -> pod.getSpec().getNodeName(),
                                        TreeMap::new,
                                        Collectors.toList()));
        String expected = Objects.requireNonNull(seen.spec().getSelector()).getNodeName();
        nodes.forEach(
                (node, there) -> {
                    if (expected != null && !expected.equals(node)) {
                        refused.add(
                                Finding.refused(
                                        NAME,
                                        FailureReason.PodMoved,
                                        "On node "
                                                + node
                                                + ", not on "
                                                + expected
                                                + ": "
                                                + names(there)
                                                + "."));
                    }
                });
        if (nodes.size() > 1 && expected == null) {
            refused.add(
                    Finding.refused(
                            NAME,
                            FailureReason.GroupSpansNodes,
                            "Pods of a group have to be on one node, these are on several: "
                                    + nodes.entrySet().stream()
                                            .map(
                                                    node ->
                                                            names(node.getValue())
                                                                    + " on "
                                                                    + node.getKey())
                                            .collect(Collectors.joining("; "))
                                    + "."));
        }
    }

    private static void wish(Observation seen, List<Finding> refused) {
        if (seen.spec().getTarget().getPodName() == PodNameMode.Keep) {
            refused.add(
                    Finding.refused(
                            NAME,
                            FailureReason.PodNameNotKeepable,
                            "target.podName is Keep, and pods of a group get new names: a source"
                                    + " that is deleted before its target runs could not go back"
                                    + " with the others."));
        }
        Strategy wanted = seen.spec().getStrategy();
        if (wanted != Strategy.Auto && wanted != Strategy.Checkpoint) {
            refused.add(
                    Finding.refused(
                            NAME,
                            FailureReason.NoStrategyPossible,
                            "strategy is "
                                    + wanted
                                    + ", and a group moves by Checkpoint: the others do not move"
                                    + " several pods at one moment."));
        }
    }

    private static String names(List<Pod> pods) {
        return pods.stream()
                .map(pod -> pod.getMetadata().getName())
                .collect(Collectors.joining(", "));
    }
}
