package dev.podmigration.operator.preflight;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What keeps a pod from a node whatever is free there: its node selector, its node affinity and the
 * node's taints. The scheduler decides about all that and more; it has to be asked in advance only
 * where its refusal would come too late.
 */
final class Constraints {

    private static final Set<String> HARD = Set.of("NoSchedule", "NoExecute");

    /** What these say is judged by the node's conditions, which a controller turns into taints. */
    private static final Set<String> OF_CONDITIONS =
            Set.of(
                    "node.kubernetes.io/not-ready",
                    "node.kubernetes.io/unreachable",
                    "node.kubernetes.io/unschedulable");

    private Constraints() {}

    /** The first constraint that is not met, as a sentence. */
    static Optional<String> violated(Pod pod, Node node) {
        String name = node.getMetadata().getName();
        if (!node.getMetadata()
                .getLabels()
                .entrySet()
                .containsAll(pod.getSpec().getNodeSelector().entrySet())) {
            return Optional.of("The pod's nodeSelector does not choose node " + name + ".");
        }
        if (!isWanted(pod, node)) {
            return Optional.of("The pod's node affinity does not choose node " + name + ".");
        }
        return taints(node).stream()
                .filter(taint -> HARD.contains(taint.getEffect()))
                .filter(taint -> !OF_CONDITIONS.contains(taint.getKey()))
                .filter(
                        taint ->
                                pod.getSpec().getTolerations().stream()
                                        .noneMatch(toleration -> tolerates(toleration, taint)))
                .findFirst()
                .map(
                        taint ->
                                "The pod does not tolerate the taint "
                                        + taint.getKey()
                                        + " of node "
                                        + name
                                        + ".");
    }

    private static List<Taint> taints(Node node) {
        return node.getSpec() == null ? List.of() : node.getSpec().getTaints();
    }

    private static boolean tolerates(Toleration toleration, Taint taint) {
        boolean effect =
                toleration.getEffect() == null || toleration.getEffect().equals(taint.getEffect());
        boolean exists = "Exists".equals(toleration.getOperator());
        if (toleration.getKey() == null || toleration.getKey().isEmpty()) {
            return effect && exists;
        }
        return effect
                && toleration.getKey().equals(taint.getKey())
                && (exists
                        || Objects.equals(
                                Objects.requireNonNullElse(toleration.getValue(), ""),
                                Objects.requireNonNullElse(taint.getValue(), "")));
    }

    /**
     * Terms are alternatives. A field can only be the node's name; what a move asked for is old.
     */
    private static boolean isWanted(Pod pod, Node node) {
        List<NodeSelectorTerm> terms =
                Optional.ofNullable(pod.getSpec().getAffinity())
                        .map(Affinity::getNodeAffinity)
                        .map(NodeAffinity::getRequiredDuringSchedulingIgnoredDuringExecution)
                        .map(NodeSelector::getNodeSelectorTerms)
                        .orElse(List.of());
        return terms.isEmpty()
                || terms.stream()
                        .anyMatch(
                                term ->
                                        term.getMatchExpressions().stream()
                                                .allMatch(wanted -> matches(wanted, node)));
    }

    private static boolean matches(NodeSelectorRequirement wanted, Node node) {
        String value = node.getMetadata().getLabels().get(wanted.getKey());
        List<String> values = wanted.getValues();
        return switch (wanted.getOperator()) {
            case "In" -> value != null && values.contains(value);
            case "NotIn" -> value == null || !values.contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            case "Gt" ->
                    isNumber(value) && Long.parseLong(value) > Long.parseLong(values.getFirst());
            case "Lt" ->
                    isNumber(value) && Long.parseLong(value) < Long.parseLong(values.getFirst());
            // One that a newer Kubernetes knows: the scheduler's answer cannot be told in advance.
            default -> false;
        };
    }

    private static boolean isNumber(String value) {
        return value != null && value.matches("-?\\d{1,18}");
    }
}
