package dev.podmigration.operator.workload;

import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.MigratedContainer;
import dev.podmigration.api.v1alpha1.PodCheckpointStatus;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.workload.Detection;
import dev.podmigration.workload.Move;
import dev.podmigration.workload.MovingPod;

import io.fabric8.kubernetes.client.utils.Serialization;

import java.util.List;
import java.util.Optional;

/** What plugins get to see of a migration: copies. */
public final class MoveView {

    private MoveView() {}

    public static MovingPod pod(Observation seen) {
        return new MovingPod(
                seen.source().map(Serialization::clone),
                containers(seen),
                seen.target().map(Serialization::clone));
    }

    /** For detectors: once the source is gone, the target is what there is to look at. */
    public static MovingPod toDetect(Observation seen) {
        MovingPod pod = pod(seen);
        return new MovingPod(pod.source().or(pod::target), pod.containers(), pod.target());
    }

    public static Move move(Observation seen, List<Detection> detected) {
        return move(seen, pod(seen), detected);
    }

    /** With all pods of a group, and what the detectors say of each. */
    public static Move whole(Observation seen, Workloads workloads) {
        List<Observation> each = seen.isGroup() ? seen.group().members() : List.of(seen);
        return new Move(
                Serialization.clone(seen.migration()),
                each.stream().map(MoveView::pod).toList(),
                each.stream()
                        .flatMap(one -> workloads.detect(toDetect(one)).detections().stream())
                        .toList());
    }

    static Move move(Observation seen, MovingPod pod, List<Detection> detected) {
        return new Move(Serialization.clone(seen.migration()), List.of(pod), detected);
    }

    /** After the agent has forgotten the pod: what the status has kept. */
    private static List<InspectedContainer> containers(Observation seen) {
        Optional<List<InspectedContainer>> inspected =
                seen.checkpointStatus()
                        .map(PodCheckpointStatus::getContainers)
                        .filter(found -> !found.isEmpty());
        return inspected
                .map(found -> found.stream().map(Serialization::clone).toList())
                .orElseGet(
                        () ->
                                seen.status().getContainers().stream()
                                        .map(MoveView::remembered)
                                        .toList());
    }

    private static InspectedContainer remembered(MigratedContainer container) {
        InspectedContainer inspected = new InspectedContainer();
        inspected.setName(container.getName());
        inspected.setWorkload(container.getWorkload());
        inspected.setJvm(container.getJvm());
        inspected.setMemoryBytes(container.getMemoryBytes());
        return inspected;
    }
}
