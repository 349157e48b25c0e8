package dev.podmigration.e2e.bench;

import java.util.Arrays;
import java.util.List;

/** What the command line says: --rounds N, --heaps MIB,MIB, --json. */
record BenchOptions(int rounds, List<Integer> heapMebibytes, boolean json) {
    private static final int LEAST_ROUNDS = 5;

    BenchOptions {
        if (rounds < LEAST_ROUNDS) {
            throw new IllegalArgumentException(
                    "a median of fewer than " + LEAST_ROUNDS + " rounds says little: " + rounds);
        }
        heapMebibytes = List.copyOf(heapMebibytes);
    }

    static BenchOptions parse(String[] arguments) {
        int rounds = LEAST_ROUNDS;
        List<Integer> heaps = List.of(128, 1024);
        boolean json = false;
        for (int index = 0; index < arguments.length; index++) {
            switch (arguments[index]) {
                case "--json" -> json = true;
                case "--rounds" -> rounds = Integer.parseInt(arguments[++index]);
                case "--heaps" ->
                        heaps =
                                Arrays.stream(arguments[++index].split(","))
                                        .map(Integer::valueOf)
                                        .toList();
                default ->
                        throw new IllegalArgumentException(
                                "there is no option " + arguments[index]);
            }
        }
        return new BenchOptions(rounds, heaps, json);
    }
}
