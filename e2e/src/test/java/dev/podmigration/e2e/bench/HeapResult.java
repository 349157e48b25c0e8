package dev.podmigration.e2e.bench;

import java.util.List;
import java.util.function.ToLongFunction;

/** Everything that was measured for one size of heap. */
record HeapResult(int heapMebibytes, List<Round> moves, List<BareTimes> bare) {
    long gap() {
        return median(moves, Round::gap);
    }

    long freeze() {
        return median(moves, Round::freeze);
    }

    long bareCheckpoint() {
        return median(bare, BareTimes::checkpoint);
    }

    long bareRestore() {
        return median(bare, BareTimes::restore);
    }

    long bareTotal() {
        return median(bare, BareTimes::total);
    }

    /** How many times as long as the bare runtime the client waits. */
    double ratio() {
        return (double) gap() / bareTotal();
    }

    static <T> long median(List<T> values, ToLongFunction<T> what) {
        long[] sorted = values.stream().mapToLong(what).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
