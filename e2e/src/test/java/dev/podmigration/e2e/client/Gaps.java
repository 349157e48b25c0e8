package dev.podmigration.e2e.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The times between a client's answers. Thread-safe. */
public final class Gaps {
    /** What is shorter is not kept one by one: that is the ordinary jitter of a busy machine. */
    private static final Duration WORTH_KEEPING = Duration.ofMillis(20);

    private record Gap(Duration length, long endNanos) {}

    private final List<Gap> kept = new ArrayList<>();
    private long previousAnswer;
    private boolean answeredOnce;

    /** The first request starts the clock: there is no earlier answer. */
    synchronized void asked() {
        if (!answeredOnce) {
            previousAnswer = System.nanoTime();
            answeredOnce = true;
        }
    }

    synchronized void answered() {
        long now = System.nanoTime();
        Duration gap = Duration.ofNanos(now - previousAnswer);
        previousAnswer = now;
        if (gap.compareTo(WORTH_KEEPING) >= 0) {
            kept.add(new Gap(gap, now));
        }
    }

    /** Forgets what was before, for example the connecting. */
    public synchronized void clear() {
        kept.clear();
    }

    public synchronized List<Duration> kept() {
        return kept.stream().map(Gap::length).toList();
    }

    public synchronized Duration longest() {
        return kept().stream().max(Duration::compareTo).orElse(Duration.ZERO);
    }

    /**
     * How long after a moment the longest of the gaps ended that had not ended then; zero if none
     * was at least so long.
     *
     * @param nanos of {@link System#nanoTime}
     */
    public synchronized Duration longestEndSince(long nanos, Duration atLeast) {
        return kept.stream()
                .filter(gap -> gap.endNanos() - nanos > 0)
                .max(Comparator.comparing(Gap::length))
                .filter(gap -> gap.length().compareTo(atLeast) >= 0)
                .map(gap -> Duration.ofNanos(gap.endNanos() - nanos))
                .orElse(Duration.ZERO);
    }
}
