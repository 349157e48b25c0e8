package dev.podmigration.e2e.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

/** examples/criu-options: what CRIU says of a TaskManager without and with its options. */
@OnLab
@Order(9)
final class CriuOptionsE2E {

    @ParameterizedTest
    @ValueSource(strings = {"1.20.5", "2.3.0"})
    void criu_dumps_a_task_manager_only_with_its_options_and_lets_it_run_on(
            String version, Playground playground) throws IOException {
        try (FlinkOnLab flink = FlinkOnLab.start(playground, version, "flink-minimal.yaml")) {
            String job = flink.runningJob();
            String node = playground.pod("taskmanager").getSpec().getNodeName();

            String said =
                    playground
                            .lab()
                            .sendToNode(
                                    node,
                                    FlinkOnLab.EXAMPLES.resolve("criu-options/dump"),
                                    "exec sh -s");

            System.out.println(said);
            assertThat(said.lines())
                    .containsSubsequence(
                            "criu dump",
                            "  refused: Connected TCP socket, consider using --tcp-established"
                                    + " option",
                            "criu dump --tcp-established --shell-job --file-locks",
                            "the process runs on, with all of its connections");
            assertThat(flink.runningJob()).isEqualTo(job);
            assertThat(flink.restored()).isZero();
            flink.expectNoWrongCount();
        }
    }
}
