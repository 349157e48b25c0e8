package dev.podmigration.e2e.fault;

import java.util.Random;

/**
 * What the command line says: --matrix, --random N, --seed S, --only TEXT.
 *
 * @param matrix every fault at every point
 * @param random how many more at random
 * @param only faults whose description contains this text; empty for all
 */
record FaultOptions(boolean matrix, int random, long seed, String only) {
    static FaultOptions parse(String[] arguments) {
        boolean matrix = false;
        int random = 0;
        long seed = new Random().nextInt(1_000_000);
        String only = "";
        for (int index = 0; index < arguments.length; index++) {
            switch (arguments[index]) {
                case "--matrix" -> matrix = true;
                case "--random" -> random = Integer.parseInt(arguments[++index]);
                case "--seed" -> seed = Long.parseLong(arguments[++index]);
                case "--only" -> only = arguments[++index];
                default ->
                        throw new IllegalArgumentException(
                                "there is no option " + arguments[index]);
            }
        }
        return new FaultOptions(matrix || random == 0, random, seed, only);
    }
}
