package dev.podmigration.e2e.bench.flink;

import dev.podmigration.e2e.docs.MarkedPage;
import dev.podmigration.e2e.flink.FlinkOnLab;
import dev.podmigration.e2e.lab.Installation;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Playground;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * For each version of Flink: the cluster of examples/flink-full.yaml, and on it, round after round,
 * each way to get a job from one TaskManager to another, beside what Flink itself needs to stop and
 * start the job. The first round warms everything up and does not count. Progress goes to standard
 * error, the result to standard output.
 */
public final class FlinkBench {

    private FlinkBench() {}

    public static void main(String[] arguments) throws Exception {
        Options options = Options.parse(arguments);
        List<WayResult> results = new ArrayList<>();
        try (Installation installation = Installation.make()) {
            for (String version : options.versions()) {
                results.addAll(measure(installation.lab(), version, options.rounds()));
            }
        }
        System.out.println(options.json() ? Table.json(results) : Table.markdown(results));
        if (options.page().isPresent()) {
            new MarkedPage(options.page().get(), "bench/flink")
                    .write(caption(options.rounds()) + Table.markdown(results));
        }
    }

    private static List<WayResult> measure(Lab lab, String version, int rounds) throws Exception {
        Map<Way, List<Measured>> measured = new EnumMap<>(Way.class);
        Playground playground = Playground.create(lab, "bench-flink-" + version.replace('.', '-'));
        try (FlinkOnLab flink = FlinkOnLab.start(playground, version, "flink-full.yaml")) {
            Trial trial = new Trial(playground, flink);
            for (int round = 0; round <= rounds; round++) {
                for (Way way : Way.values()) {
                    Measured result = trial.run(way);
                    System.err.printf(
                            "Flink %s, %s, %s: %s%n",
                            version, round == 0 ? "warming up" : "round " + round, way, result);
                    if (round > 0) {
                        measured.computeIfAbsent(way, none -> new ArrayList<>()).add(result);
                    }
                }
            }
        } finally {
            playground.remove();
        }
        return measured.entrySet().stream()
                .map(entry -> new WayResult(version, entry.getKey(), entry.getValue()))
                .toList();
    }

    private static String caption(int rounds) {
        return """
        Medians of %d rounds (gaps: with the least and the greatest; restarts, failed checkpoints and wrong counts: of all
        rounds together), measured on %s by `bench/flink` on the lab, where both nodes are one machine of %d cores:

        """
                .formatted(
                        rounds,
                        LocalDate.now(ZoneOffset.UTC),
                        Runtime.getRuntime().availableProcessors());
    }
}
