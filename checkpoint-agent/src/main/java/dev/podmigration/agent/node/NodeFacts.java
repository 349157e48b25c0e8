package dev.podmigration.agent.node;

import dev.podmigration.api.v1alpha1.NodeVersions;

import java.util.List;

/**
 * What a node is made of. Changes only when something on it is updated.
 *
 * @param architecture as in the label {@code kubernetes.io/arch}
 * @param cpuFeatures sorted
 */
public record NodeFacts(NodeVersions versions, String architecture, List<String> cpuFeatures) {

    public NodeFacts {
        cpuFeatures = List.copyOf(cpuFeatures);
    }
}
