package dev.podmigration.workload;

import dev.podmigration.api.v1alpha1.CheckpointOptions;
import dev.podmigration.api.v1alpha1.Finding;

import java.util.List;
import java.util.Map;

/**
 * What a detector found in a pod.
 *
 * @param detector name of the detector
 * @param facts what its strategies want to know, for example {@code role=taskmanager}
 * @param findings what a person should know. One that is Refused refuses the rungs that move memory
 *     (Checkpoint, Hybrid) and none of the others
 * @param options CRIU options that a container needs, by its name. They fill what the user left
 *     open and never change what the user said. {@code false} has no effect: of several detectors
 *     and containers one that needs an option is enough; the largest limit counts
 * @param stateless nothing in the processes is worth keeping: the rung Recreate is possible
 */
public record Detection(
        String detector,
        Map<String, String> facts,
        List<Finding> findings,
        Map<String, CheckpointOptions> options,
        boolean stateless) {

    public Detection {
        facts = Map.copyOf(facts);
        findings = List.copyOf(findings);
        options = Map.copyOf(options);
    }

    /** A program that is known and needs nothing. */
    public static Detection of(String detector, Map<String, String> facts) {
        return new Detection(detector, facts, List.of(), Map.of(), false);
    }

    public Detection withFindings(List<Finding> more) {
        return new Detection(detector, facts, more, options, stateless);
    }

    public Detection withOptions(Map<String, CheckpointOptions> needed) {
        return new Detection(detector, facts, findings, needed, stateless);
    }
}
