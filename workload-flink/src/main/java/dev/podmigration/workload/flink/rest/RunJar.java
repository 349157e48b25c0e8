package dev.podmigration.workload.flink.rest;

import java.util.List;
import java.util.Optional;

/**
 * A job to start from a jar that the JobManager has.
 *
 * @param jobId its identifier: the same asked for twice is one job
 * @param entryClass empty: the one that the jar names
 */
public record RunJar(
        JarId jar,
        JobId jobId,
        Optional<String> entryClass,
        List<String> arguments,
        Optional<Integer> parallelism,
        Optional<StatePath> resumeFrom) {

    public RunJar {
        arguments = List.copyOf(arguments);
    }
}
