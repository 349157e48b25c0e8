package dev.podmigration.e2e.fault;

import dev.podmigration.e2e.lab.Lab;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;

/**
 * What the command line says: --matrix, --random N, --seed S, --from N, --to N, --only TEXT,
 * --write PAGE, --missing.
 *
 * @param matrix every fault at every point
 * @param random how many more at random
 * @param from number of the first one that is run, counted from 1: to go on where another run ended
 * @param to number of the last one that is run
 * @param only faults whose description contains this text; empty for all
 * @param page where the report is, between its two marks
 * @param missing only those that the page does not have yet
 */
record FaultOptions(
        boolean matrix,
        int random,
        long seed,
        int from,
        int to,
        String only,
        Optional<Path> page,
        boolean missing) {
    static FaultOptions parse(String[] arguments) {
        boolean matrix = false;
        int random = 0;
        long seed = new Random().nextInt(1_000_000);
        int from = 1;
        int to = Integer.MAX_VALUE;
        String only = "";
        Optional<Path> page = Optional.empty();
        boolean missing = false;
        for (int index = 0; index < arguments.length; index++) {
            switch (arguments[index]) {
                case "--matrix" -> matrix = true;
                case "--random" -> random = Integer.parseInt(arguments[++index]);
                case "--seed" -> seed = Long.parseLong(arguments[++index]);
                case "--from" -> from = Integer.parseInt(arguments[++index]);
                case "--to" -> to = Integer.parseInt(arguments[++index]);
                case "--write" -> page = Optional.of(Lab.project().resolve(arguments[++index]));
                case "--missing" -> missing = true;
                case "--only" -> only = arguments[++index];
                default ->
                        throw new IllegalArgumentException(
                                "there is no option " + arguments[index]);
            }
        }
        if (missing && page.isEmpty()) {
            throw new IllegalArgumentException("--missing needs --write PAGE");
        }
        return new FaultOptions(matrix || random == 0, random, seed, from, to, only, page, missing);
    }
}
