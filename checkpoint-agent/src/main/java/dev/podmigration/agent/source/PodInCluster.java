package dev.podmigration.agent.source;

import java.util.List;

/**
 * A pod as the API server knows it.
 *
 * @param moving names of its containers in the order in which the kubelet makes them: restartable
 *     init containers, then the others
 * @param ephemeral names of those that were added for debugging; a new pod cannot be made with them
 */
public record PodInCluster(String uid, List<String> moving, List<String> ephemeral) {

    public PodInCluster {
        moving = List.copyOf(moving);
        ephemeral = List.copyOf(ephemeral);
    }
}
