package dev.podmigration.agent.fuzzing;

import java.util.stream.LongStream;

/**
 * The seeds of one run: some that are the same in every run, so that what was found stays found,
 * and some new ones. {@code -Dpodmigration.fuzz.seed=N} runs one alone, {@code
 * -Dpodmigration.fuzz.runs=N} takes more new ones.
 */
public final class Seeds {

    private static final int LASTING = 20;
    private static final int NEW = 20;

    private Seeds() {}

    /** What is done with one seed. */
    public interface Case {
        void run(Mutator mutator) throws Exception;
    }

    /** Runs one case; its failure says with what it can be run again. */
    public static void run(long seed, Case fuzzed) {
        try {
            fuzzed.run(new Mutator(seed));
        } catch (Exception | AssertionError e) {
            throw new AssertionError("with -Dpodmigration.fuzz.seed=" + seed, e);
        }
    }

    /** For the name of the test: whoever reads that it failed can run it again. */
    public static LongStream all() {
        Long only = Long.getLong("podmigration.fuzz.seed");
        if (only != null) {
            return LongStream.of(only);
        }
        long fresh = System.currentTimeMillis() * 1000;
        int runs = Integer.getInteger("podmigration.fuzz.runs", NEW);
        return LongStream.concat(
                LongStream.rangeClosed(1, LASTING), LongStream.range(fresh, fresh + runs));
    }
}
