package dev.podmigration.workload.flink.rest;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The checkpoints of a job. Times are those of the JobManager's clock. As old as its cache: 3
 * seconds where {@code rest.cache.checkpoint-statistics.timeout} does not say otherwise.
 *
 * @param history the latest first
 */
public record CheckpointStatistics(
        Counts counts, Optional<Checkpoint> latestCompleted, List<Checkpoint> history) {

    public record Counts(long restored, long total, int inProgress, long completed, long failed) {}

    public enum Status {
        IN_PROGRESS,
        COMPLETED,
        FAILED
    }

    /**
     * One checkpoint or savepoint.
     *
     * @param endToEnd from the trigger to the end; so far, while it is in progress
     * @param path where it can be resumed from, if it was kept
     */
    public record Checkpoint(
            long id,
            Status status,
            boolean savepoint,
            Instant triggered,
            Duration endToEnd,
            Optional<StatePath> path) {}

    public CheckpointStatistics {
        history = List.copyOf(history);
    }
}
