package dev.podmigration.workload;

import dev.podmigration.api.v1alpha1.InspectedContainer;

import io.fabric8.kubernetes.api.model.Pod;

import java.util.List;
import java.util.Optional;

/**
 * One pod that is to be moved.
 *
 * @param source the pod as it was last seen; empty when it is gone. Detectors are then shown the
 *     target in its place, which has its labels, annotations and containers
 * @param containers what the agent of its node saw of its processes; empty while it has not looked,
 *     or if there is no agent
 * @param target the pod that takes its place, as soon as it exists
 */
public record MovingPod(
        Optional<Pod> source, List<InspectedContainer> containers, Optional<Pod> target) {

    public MovingPod {
        containers = List.copyOf(containers);
    }
}
