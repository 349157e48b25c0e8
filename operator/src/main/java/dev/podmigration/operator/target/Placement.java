package dev.podmigration.operator.target;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirementBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.NodeSelectorTermBuilder;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The nodes on which the target pod may be put. Said as a node affinity and not as {@code
 * nodeName}, so that the scheduler still decides with taints, capacity and quota.
 *
 * @param nodeNames at least one
 */
public record Placement(List<String> nodeNames) {

    public Placement {
        nodeNames = List.copyOf(nodeNames);
        if (nodeNames.isEmpty()) {
            throw new IllegalArgumentException("a pod needs at least one node");
        }
    }

    /** What the pod demanded so far, and one of these nodes. */
    Affinity restrict(@Nullable Affinity affinity) {
        List<NodeSelectorTerm> wanted =
                Optional.ofNullable(affinity)
                        .map(Affinity::getNodeAffinity)
                        .map(NodeAffinity::getRequiredDuringSchedulingIgnoredDuringExecution)
                        .map(NodeSelector::getNodeSelectorTerms)
                        .filter(terms -> !terms.isEmpty())
                        .orElse(List.of(new NodeSelectorTerm()));
        // Terms are alternatives and a field takes a single value: every old term once for every
        // node. What an earlier
        // migration asked for is left behind.
        List<NodeSelectorTerm> terms =
                wanted.stream()
                        .map(Placement::withoutNodeName)
                        .distinct()
                        .flatMap(term -> nodeNames.stream().map(node -> onNode(term, node)))
                        .toList();
        return new AffinityBuilder(affinity == null ? new Affinity() : affinity)
                .editOrNewNodeAffinity()
                .withRequiredDuringSchedulingIgnoredDuringExecution(new NodeSelector(terms))
                .endNodeAffinity()
                .build();
    }

    private static NodeSelectorTerm withoutNodeName(NodeSelectorTerm term) {
        return new NodeSelectorTermBuilder(term)
                .withMatchFields(
                        term.getMatchFields().stream().filter(field -> !isNodeName(field)).toList())
                .build();
    }

    private static NodeSelectorTerm onNode(NodeSelectorTerm term, String node) {
        NodeSelectorRequirement requirement =
                new NodeSelectorRequirementBuilder()
                        .withKey("metadata.name")
                        .withOperator("In")
                        .withValues(node)
                        .build();
        return new NodeSelectorTermBuilder(term)
                .withMatchFields(
                        new ArrayList<>(
                                Stream.concat(
                                                term.getMatchFields().stream(),
                                                Stream.of(requirement))
                                        .toList()))
                .build();
    }

    private static boolean isNodeName(NodeSelectorRequirement field) {
        return "metadata.name".equals(field.getKey()) && "In".equals(field.getOperator());
    }
}
