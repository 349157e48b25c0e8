package dev.podmigration.operator.target;

import dev.podmigration.operator.observe.Marks;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.utils.Serialization;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The labels that the target gets only when it takes the place of the source: as few as possible,
 * because labels also choose the network policies that must hold from the first moment.
 *
 * <p>Withheld are a label without which the ReplicaSet does not see the pod (it would adopt it at
 * once and delete one too many), and the labels of Services that publish addresses of pods that are
 * not ready. Other Services need nothing: a target is not ready before it runs.
 */
public final class WithheldLabels {

    private static final String TEMPLATE_HASH = "pod-template-hash";

    private WithheldLabels() {}

    /** Labels of the source that the target must not have yet. */
    public static Map<String, String> of(
            Pod source, Optional<LabelSelector> replicaSetSelector, List<Service> services) {
        Set<String> keys = new TreeSet<>();
        replicaSetSelector.ifPresent(selector -> keys.addAll(deciding(selector)));
        services.stream()
                .filter(
                        service ->
                                Boolean.TRUE.equals(
                                        service.getSpec().getPublishNotReadyAddresses()))
                .map(service -> service.getSpec().getSelector())
                .filter(selector -> selector != null && !selector.isEmpty())
                .filter(
                        selector ->
                                source.getMetadata()
                                        .getLabels()
                                        .entrySet()
                                        .containsAll(selector.entrySet()))
                .forEach(selector -> keys.addAll(selector.keySet()));
        Map<String, String> withheld = new LinkedHashMap<>(source.getMetadata().getLabels());
        withheld.keySet().retainAll(keys);
        return withheld;
    }

    /** The labels recorded on the target when it was made. */
    public static Map<String, String> recordedOn(Pod target) {
        String recorded = target.getMetadata().getAnnotations().get(Marks.WITHHELD_LABELS);
        Map<String, String> labels = new LinkedHashMap<>();
        if (recorded != null) {
            Map<?, ?> map = Serialization.unmarshal(recorded, Map.class);
            map.forEach((key, value) -> labels.put(String.valueOf(key), String.valueOf(value)));
        }
        return labels;
    }

    /**
     * A Deployment's own label is enough when it is there; without it every label that the selector
     * asks for.
     */
    private static Set<String> deciding(LabelSelector selector) {
        Set<String> keys = new TreeSet<>(selector.getMatchLabels().keySet());
        if (keys.contains(TEMPLATE_HASH)) {
            return Set.of(TEMPLATE_HASH);
        }
        selector.getMatchExpressions().stream()
                .filter(expression -> Set.of("In", "Exists").contains(expression.getOperator()))
                .map(LabelSelectorRequirement::getKey)
                .forEach(keys::add);
        return keys;
    }
}
