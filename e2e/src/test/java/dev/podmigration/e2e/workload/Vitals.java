package dev.podmigration.e2e.workload;

import java.util.Random;

/**
 * What a program has of its JVM and of the machine below it, and what a move may change.
 *
 * @param nanoTime {@link System#nanoTime}
 * @param processors {@link Runtime#availableProcessors}
 * @param random the next number of a generator that was seeded with {@link #SEED} at the start
 */
public record Vitals(long nanoTime, int processors, long random) {
    public static final String PATH = "/vitals";
    public static final long SEED = 42;

    static Vitals now(Random random) {
        return new Vitals(
                System.nanoTime(), Runtime.getRuntime().availableProcessors(), random.nextLong());
    }

    String text() {
        return nanoTime + " " + processors + " " + random;
    }

    /** The same of its {@link #text}. */
    public static Vitals parse(String text) {
        String[] parts = text.strip().split(" ");
        return new Vitals(
                Long.parseLong(parts[0]), Integer.parseInt(parts[1]), Long.parseLong(parts[2]));
    }
}
