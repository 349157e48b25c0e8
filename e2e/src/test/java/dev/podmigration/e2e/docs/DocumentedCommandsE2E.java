package dev.podmigration.e2e.docs;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.e2e.lab.CommandOutcome;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.Program;
import dev.podmigration.e2e.lab.TestPods;
import dev.podmigration.pages.Block;
import dev.podmigration.pages.Page;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Does what the README says: moves the pod of its example, and runs the commands that are marked
 * {@code lab} or {@code node} (docs/development.md).
 */
@OnLab
@Order(10)
final class DocumentedCommandsE2E {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    /** Namespace and pod of the README's example. */
    private static final String NAMESPACE = "flink";

    private static final String POD = "taskmanager";

    @TempDir private Path directory;

    @Test
    void every_command_succeeds_with_the_migration_of_the_readme(Playground playground)
            throws IOException {
        Lab lab = playground.lab();
        Path programs = Path.of(lab.run("bin", "kubectl").orFail().strip()).getParent();
        Map<String, String> environment =
                Map.of(
                        "KUBECONFIG",
                        lab.kubeconfig().toString(),
                        "PATH",
                        programs + ":" + System.getenv("PATH"));
        playground.start(TestPods.echo(POD, NODE_A));
        Path manifest =
                Files.writeString(directory.resolve("migration.yaml"), here(example(), playground));
        shell("README.md", "kubectl apply -f " + manifest, environment);
        for (Page page : Page.all(Lab.project())) {
            for (Block block : page.blocks()) {
                if (block.isRunIn("lab")) {
                    shell(block.place(), here(block.text(), playground), environment);
                } else if (block.isRunIn("node")) {
                    System.out.printf("--- %s%n%s%n", block, lab.onNode(NODE_B, block.text()));
                }
            }
        }
    }

    /** The same in the namespace of this test: a demo may be running in the other one. */
    private static String here(String text, Playground playground) {
        return text.replaceAll("\\b" + NAMESPACE + "\\b", playground.namespace());
    }

    private static String example() {
        return Page.read(Lab.project(), Lab.project().resolve("README.md")).blocks().stream()
                .filter(block -> block.language().equals("yaml"))
                .findFirst()
                .orElseThrow()
                .text();
    }

    private static void shell(String place, String script, Map<String, String> environment) {
        CommandOutcome outcome = Program.run(LIMIT, List.of("sh", "-euc", script), environment);
        System.out.printf("--- %s%n%s%n", place, outcome.output());
        assertThat(outcome.succeeded())
                .as("%s%n%s%s", place, outcome.output(), outcome.errors())
                .isTrue();
    }
}
