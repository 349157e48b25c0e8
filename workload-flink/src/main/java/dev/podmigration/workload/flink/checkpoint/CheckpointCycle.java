package dev.podmigration.workload.flink.checkpoint;

import dev.podmigration.workload.flink.rest.CheckpointSettings;
import dev.podmigration.workload.flink.rest.CheckpointStatistics;
import dev.podmigration.workload.flink.rest.CheckpointStatistics.Checkpoint;
import dev.podmigration.workload.flink.rest.CheckpointStatistics.Status;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * The rhythm in which a job takes checkpoints. Flink triggers at a fixed rate (measured: 5000 ms
 * with a deviation of 1), so one trigger tells all later ones. All times are those of the
 * JobManager's clock.
 *
 * @param interval between two triggers; empty if there are none by themselves
 * @param trigger one of them; empty before the first
 * @param duration how long a checkpoint takes: the longest of the latest few
 */
public record CheckpointCycle(
        Optional<Duration> interval, Optional<Instant> trigger, Duration duration) {

    private static final int LATEST = 5;

    public static CheckpointCycle of(CheckpointSettings settings, CheckpointStatistics seen) {
        Optional<Instant> trigger =
                seen.history().stream()
                        .filter(one -> !one.savepoint())
                        .map(Checkpoint::triggered)
                        .max(Comparator.naturalOrder());
        Duration duration =
                seen.history().stream()
                        .filter(one -> one.status() == Status.COMPLETED && !one.savepoint())
                        .limit(LATEST)
                        .map(Checkpoint::endToEnd)
                        .max(Comparator.naturalOrder())
                        .orElse(Duration.ZERO);
        return new CheckpointCycle(settings.interval(), trigger, duration);
    }

    /** The first trigger after a moment; empty if there is none to expect. */
    public Optional<Instant> nextTrigger(Instant now) {
        return interval.flatMap(
                every ->
                        trigger.map(
                                first -> {
                                    long passed =
                                            Math.floorDiv(
                                                    Duration.between(first, now).toMillis(),
                                                    every.toMillis());
                                    return first.plus(every.multipliedBy(passed + 1));
                                }));
    }

    /** The last trigger before a moment, or at it. */
    Optional<Instant> lastTrigger(Instant now) {
        return nextTrigger(now).flatMap(next -> interval.map(next::minus));
    }
}
