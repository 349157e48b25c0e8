package dev.podmigration.operator.workload;

import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.workload.Detection;

import java.util.List;

/**
 * What all detectors say about one pod.
 *
 * @param detections of those that know it, by name
 * @param broken a warning for each detector that broke its contract
 */
public record Detected(List<Detection> detections, List<Finding> broken) {

    public Detected {
        detections = List.copyOf(detections);
        broken = List.copyOf(broken);
    }
}
