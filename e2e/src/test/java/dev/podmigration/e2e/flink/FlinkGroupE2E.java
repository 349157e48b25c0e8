package dev.podmigration.e2e.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.GroupMember;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;

import io.fabric8.kubernetes.api.model.Pod;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.List;

/** examples/flink-session-group.yaml: the whole cluster is silent at once, and Flink is asked. */
@OnLab
@Order(9)
final class FlinkGroupE2E {

    @ParameterizedTest
    @ValueSource(strings = {"1.20.5", "2.3.0"})
    void a_job_manager_and_its_task_manager_move_as_one_and_flink_notices_nothing(
            String version, Playground playground, Moves moves) throws IOException {
        try (FlinkOnLab flink = FlinkOnLab.start(playground, version, "flink-cluster.yaml")) {
            String job = flink.runningJob();
            List<Pod> before = pods(playground);
            assertThat(before).hasSize(2);
            assertThat(before)
                    .extracting(pod -> pod.getSpec().getNodeName())
                    .containsOnly(node(before));
            flink.awaitSteadyJob();

            PodMigrationStatus status = moves.awaitEnd(flink.apply("flink-session-group.yaml"));

            assertThat(status.getPhase())
                    .as("the move of the group: %s", status.getFailure())
                    .isEqualTo(PodMigrationPhase.Succeeded);
            assertThat(status.getWorkload().getStrategy()).isEqualTo("flink-checkpoint");
            assertThat(status.getMembers())
                    .hasSize(2)
                    .extracting(GroupMember::getPhase)
                    .containsOnly(PodMigrationPhase.Succeeded);
            List<Pod> after = pods(playground);
            assertThat(after)
                    .hasSize(2)
                    .extracting(pod -> pod.getSpec().getNodeName())
                    .containsOnly(Lab.otherNode(node(before)));
            flink.expectNothingNoticed();
            assertThat(flink.runningJob()).isEqualTo(job);
            assertThat(flink.restored()).isZero();
        }
    }

    private static String node(List<Pod> pods) {
        return pods.getFirst().getSpec().getNodeName();
    }

    /** Those of the cluster that have not ended. */
    private static List<Pod> pods(Playground playground) {
        return playground
                .client()
                .pods()
                .inNamespace(playground.namespace())
                .withLabel("app", "flink")
                .withField("status.phase", "Running")
                .list()
                .getItems();
    }
}
