package dev.podmigration.e2e.bench.flink;

import dev.podmigration.e2e.lab.Lab;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the command line says: --rounds N, --flink VERSION,VERSION, --json, --write PAGE.
 *
 * @param page where the table goes, too, between its two marks
 */
record Options(int rounds, List<String> versions, boolean json, Optional<Path> page) {

    Options {
        if (rounds < 1) {
            throw new IllegalArgumentException("there must be one round at least: " + rounds);
        }
        versions = List.copyOf(versions);
    }

    static Options parse(String[] arguments) {
        int rounds = 3;
        List<String> versions = List.of("1.20.5", "2.3.0");
        boolean json = false;
        Optional<Path> page = Optional.empty();
        for (int index = 0; index < arguments.length; index++) {
            switch (arguments[index]) {
                case "--json" -> json = true;
                case "--rounds" -> rounds = Integer.parseInt(arguments[++index]);
                case "--flink" -> versions = List.of(arguments[++index].split(","));
                case "--write" -> page = Optional.of(Lab.project().resolve(arguments[++index]));
                default ->
                        throw new IllegalArgumentException(
                                "there is no option " + arguments[index]);
            }
        }
        return new Options(rounds, versions, json, page);
    }
}
