package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.operator.observe.NodeState;
import dev.podmigration.operator.observe.Observation;

import io.fabric8.kubernetes.api.model.Pod;

import java.util.ArrayList;
import java.util.List;

/**
 * The node the pod runs on can dump it. That it is cordoned is no obstacle: that is often why a pod
 * has to move.
 */
final class SourceNodeCheck implements Check {

    private static final String NAME = "SourceNode";

    private final NodeFitness fitness;

    SourceNodeCheck(NodeFitness fitness) {
        this.fitness = fitness;
    }

    @Override
    public List<Finding> look(Pod source, Observation seen) {
        String node = source.getSpec().getNodeName();
        if (node == null) {
            // The pod check says so already.
            return List.of();
        }
        List<Finding> refused = new ArrayList<>();
        if (!seen.cluster().node(node).filter(NodeState::isReady).isPresent()) {
            refused.add(
                    Finding.refused(
                            NAME, FailureReason.NodeNotReady, "Node " + node + " is not Ready."));
        }
        refused.addAll(fitness.agent(NAME, node, seen));
        return refused.isEmpty()
                ? List.of(
                        Finding.passed(
                                NAME, "Node " + node + " has proved that it can dump and restore."))
                : refused;
    }
}
