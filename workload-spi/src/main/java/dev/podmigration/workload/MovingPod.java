package dev.podmigration.workload;

import dev.podmigration.api.v1alpha1.InspectedContainer;

import io.fabric8.kubernetes.api.model.Pod;

import java.util.List;
import java.util.Optional;

/**
 * One pod that is to be moved.
 *
 * @param source the pod as it was last seen. After the switch it is the last that was seen of it
 *     before it went, and absent if that was before this operator started
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
