package dev.podmigration.examples.flink;

import java.util.Arrays;

/**
 * Looks at counts in the order in which they were written: each number must be there once, after
 * the one before it of its key, with the right count.
 */
final class CountCheck {
    private final long sinceMillis;
    private final long[] expected = new long[CounterJob.KEYS];
    private long records;
    private long wrong;
    private long lastMillis;
    private long longestGapMillis;

    /**
     * @param sinceMillis gaps that end before are none of interest
     */
    CountCheck(long sinceMillis) {
        this.sinceMillis = sinceMillis;
        Arrays.setAll(expected, key -> key);
    }

    /** What the count must be once this number has come. */
    static long rightCount(long number) {
        return number / CounterJob.KEYS + 1;
    }

    void accept(long number, long count, long writtenMillis) {
        int key = (int) (number % CounterJob.KEYS);
        if (number != expected[key] || count != rightCount(number)) {
            wrong++;
        }
        expected[key] = number + CounterJob.KEYS;
        records++;
        if (records > 1 && writtenMillis >= sinceMillis) {
            longestGapMillis = Math.max(longestGapMillis, writtenMillis - lastMillis);
        }
        lastMillis = writtenMillis;
    }

    long records() {
        return records;
    }

    long wrong() {
        return wrong;
    }

    /** The longest time in which nothing was written. */
    long longestGapMillis() {
        return longestGapMillis;
    }

    /** When the last one was written, as the broker has it. */
    long lastMillis() {
        return lastMillis;
    }
}
