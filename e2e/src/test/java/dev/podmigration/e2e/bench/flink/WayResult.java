package dev.podmigration.e2e.bench.flink;

import java.util.List;
import java.util.function.ToLongFunction;

/** All rounds of one way with one version of Flink. */
record WayResult(String version, Way way, List<Measured> rounds) {

    /** Median. */
    long gapMillis() {
        return median(Measured::gapMillis);
    }

    /** Median. */
    long totalMillis() {
        return median(Measured::totalMillis);
    }

    /** Median. */
    long bytes() {
        return median(Measured::bytes);
    }

    long leastGapMillis() {
        return rounds.stream().mapToLong(Measured::gapMillis).min().orElse(0);
    }

    long greatestGapMillis() {
        return rounds.stream().mapToLong(Measured::gapMillis).max().orElse(0);
    }

    /** What must not happen is counted in all rounds. */
    long sum(ToLongFunction<Measured> what) {
        return rounds.stream().mapToLong(what).sum();
    }

    private long median(ToLongFunction<Measured> what) {
        long[] sorted = rounds.stream().mapToLong(what).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
