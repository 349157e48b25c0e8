package dev.podmigration.workload.flink.checkpoint;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The time between two checkpoints in which a pod is stopped: right after one that was asked for
 * has completed, and so that the pod runs again before the next is triggered. Then a move that
 * fails in the worst way repeats nothing, and no checkpoint fails because a task is silent.
 *
 * <p>Statistics of checkpoints come from a cache that can be older than the interval between them.
 * What is known for certain is the rhythm, and when a checkpoint that was asked for is complete. So
 * the moment to ask is worked out from the rhythm, and the answer opens the window.
 *
 * @param cycle of the job's own checkpoints
 * @param silence how long the pod will be silent, from the moment at which the window is said to be
 *     open: the expected freeze and the way to it
 */
public record CheckpointWindow(CheckpointCycle cycle, Duration silence) {

    public CheckpointWindow {
        if (silence.isNegative()) {
            throw new IllegalArgumentException("a silence of " + silence);
        }
    }

    /** Whether checkpoint and silence fit between two triggers at all. */
    public boolean fits() {
        return cycle.interval()
                .map(every -> every.compareTo(cycle.duration().multipliedBy(2).plus(silence)) >= 0)
                .orElse(true);
    }

    /**
     * How long to wait before a checkpoint is asked for; zero: now. Where nothing fits, right after
     * one of the job's own has ended: then as much as possible of the silence is before the next.
     *
     * @param now the JobManager's clock
     */
    public Duration untilAsking(Instant now) {
        Optional<Instant> last = cycle.lastTrigger(now);
        Optional<Instant> next = cycle.nextTrigger(now);
        if (last.isEmpty() || next.isEmpty()) {
            return Duration.ZERO;
        }
        Instant earliest = last.get().plus(cycle.duration());
        if (now.isBefore(earliest)) {
            return Duration.between(now, earliest);
        }
        Instant latest =
                fits()
                        ? next.get().minus(silence).minus(cycle.duration())
                        // The first quarter of what is left.
                        : earliest.plus(Duration.between(earliest, next.get()).dividedBy(4));
        return now.isAfter(latest)
                ? Duration.between(now, next.get().plus(cycle.duration()))
                : Duration.ZERO;
    }

    /**
     * Until when the freeze may begin, now that the checkpoint that was asked for is complete.
     * Empty: it took too long, ask again.
     *
     * @param now the JobManager's clock
     */
    public Optional<Instant> openUntil(Instant now) {
        if (!fits()) {
            return Optional.of(now.plus(silence));
        }
        Instant latest =
                cycle.nextTrigger(now).map(next -> next.minus(silence)).orElse(Instant.MAX);
        return now.isAfter(latest) ? Optional.empty() : Optional.of(latest);
    }
}
