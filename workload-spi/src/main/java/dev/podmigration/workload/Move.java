package dev.podmigration.workload;

import dev.podmigration.api.v1alpha1.PodMigration;

import java.util.List;
import java.util.Optional;

/**
 * What is to be moved. Everything in it is a copy: changing it changes nothing.
 *
 * @param migration the wish and how far it has come
 * @param pods the pods that move as one; several only for a strategy that {@link
 *     MigrationStrategy#movesGroups}
 * @param detected what the detectors say, in the order in which they were asked; of several pods
 *     first what they say of the first
 */
public record Move(PodMigration migration, List<MovingPod> pods, List<Detection> detected) {

    public Move {
        pods = List.copyOf(pods);
        detected = List.copyOf(detected);
        if (pods.isEmpty()) {
            throw new IllegalArgumentException("a move without a pod");
        }
    }

    /** The pod, where there is only one; otherwise the first. */
    public MovingPod pod() {
        return pods.getFirst();
    }

    /** What the detector of this name found; empty if it does not know this pod. */
    public Optional<Detection> detected(String detector) {
        return detected.stream().filter(found -> found.detector().equals(detector)).findFirst();
    }
}
