package dev.podmigration.workload.flink.rest;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A job and its tasks. All but {@code now} may be as old as the JobManager's cache: 3 seconds where
 * {@code rest.cache.execution-graph.timeout} does not say otherwise.
 *
 * @param now the JobManager's clock when it answered
 * @param started when the job began
 * @param lastRestart when it last went to RESTARTING
 */
public record JobDetail(
        JobId id,
        String name,
        JobState state,
        Instant now,
        Instant started,
        Optional<Instant> lastRestart,
        List<Vertex> vertices) {

    /**
     * A step of the job.
     *
     * @param status RUNNING only if all of its tasks are
     */
    public record Vertex(VertexId id, String name, String status, int parallelism) {}

    public JobDetail {
        vertices = List.copyOf(vertices);
    }

    /** A job says RUNNING while its tasks are still being deployed. */
    public boolean runsWithAllTasks() {
        return state == JobState.RUNNING
                && !vertices.isEmpty()
                && vertices.stream().allMatch(vertex -> vertex.status().equals("RUNNING"));
    }
}
