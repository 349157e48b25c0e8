package dev.podmigration.e2e.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.Program;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** examples/flink-cluster.yaml, its TaskManager moved, judged by examples/flink-verdict. */
@OnLab
@Order(9)
final class FlinkE2E {
    private static final Path EXAMPLES = Lab.project().resolve("examples");

    @Test
    void flink_notices_nothing_when_its_task_manager_moves(Playground playground, Moves moves)
            throws IOException {
        Path scratch = Files.createTempDirectory("e2e-flink");
        loadImage(playground.lab());
        Path manifests = scratch.resolve("cluster.yaml");
        Files.writeString(
                manifests,
                Files.readString(EXAMPLES.resolve("flink-cluster.yaml"))
                        .replace(
                                "namespace: flink\n", "namespace: " + playground.namespace() + "\n")
                        .replace("name: flink\n", "name: " + playground.namespace() + "\n"));
        playground.kubectl("apply", "-f", manifests.toString()).orFail();
        playground
                .kubectl(
                        "create",
                        "configmap",
                        "flink-counter-job",
                        "--from-file=counter.jar=" + counterJar())
                .orFail();
        playground
                .kubectl("wait", "--for=condition=complete", "--timeout=110s", "job/submit-counter")
                .orFail();

        Path memory = scratch.resolve("before");
        await("a steady job")
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> FlinkVerdict.ask(playground, "begin", memory).succeeded());
        String node = playground.pod("taskmanager").getSpec().getNodeName();
        var status = moves.succeed("taskmanager", Lab.otherNode(node));
        var verdict = FlinkVerdict.ask(playground, "end", memory);
        System.out.println(verdict.output());
        assertThat(verdict.output())
                .contains("0 restarts, 0 failed checkpoints, 0 wrong counts")
                .contains("the same one as before")
                .contains(Moves.targetPod(status));
    }

    private static void loadImage(Lab lab) {
        String build = Lab.project().resolve("lab/images/flink/build").toString();
        Path layout = Lab.project().resolve("target/e2e/flink-image");
        Program.run(Duration.ofMinutes(10), List.of(build, layout.toString())).orFail();
        String name = Program.run(Duration.ofMinutes(1), List.of(build, "--name")).orFail();
        lab.run("image", layout.toString(), name).orFail();
    }

    /** The later one of a full and a quick build. */
    private static Path counterJar() throws IOException {
        Path module = EXAMPLES.resolve("flink-counter-job/target");
        Path full = module.resolve("flink-counter-job.jar");
        Path quick = module.resolve("quick/flink-counter-job.jar");
        if (!Files.exists(full)) {
            return quick;
        }
        boolean quickIsLater =
                Files.exists(quick)
                        && Files.getLastModifiedTime(quick)
                                        .compareTo(Files.getLastModifiedTime(full))
                                > 0;
        return quickIsLater ? quick : full;
    }
}
