package dev.podmigration.e2e.flink;

import dev.podmigration.e2e.lab.CommandOutcome;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.Program;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What examples/flink-verdict says about the cluster of a playground. */
final class FlinkVerdict {

    private FlinkVerdict() {}

    /**
     * Asks.
     *
     * @param verb begin, before the move, or end
     * @param memory the file in which it remembers how the job stood
     */
    static CommandOutcome ask(Playground playground, String verb, Path memory) {
        String kubectl = playground.lab().run("bin", "kubectl").orFail();
        return Program.run(
                Duration.ofMinutes(4),
                List.of(
                        FlinkOnLab.EXAMPLES.resolve("flink-verdict").toString(),
                        verb,
                        memory.toString()),
                Map.of(
                        "FLINK_NAMESPACE",
                        playground.namespace(),
                        "KUBECTL",
                        kubectl,
                        "KUBECONFIG",
                        playground.lab().kubeconfig().toString()));
    }
}
