package dev.podmigration.e2e.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.e2e.lab.FaultyRuntime;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

/** The ladder for Flink, on both versions: what the job has counted is right afterwards. */
@OnLab
@Order(9)
final class FlinkStrategiesE2E {

    private static final String POD = "taskmanager";

    @ParameterizedTest
    @ValueSource(strings = {"1.20.5", "2.3.0"})
    void the_smallest_cluster_moves_between_two_checkpoints(
            String version, Playground playground, Moves moves) throws IOException {
        try (FlinkOnLab flink = FlinkOnLab.start(playground, version, "flink-minimal.yaml")) {
            flink.awaitSteadyJob();
            PodMigrationStatus status =
                    moves.awaitSuccess(flink.apply("flink-minimal-migration.yaml"));
            assertThat(status.getStrategy().getChosen()).isEqualTo(Strategy.Checkpoint);
            assertThat(status.getWorkload().getStrategy()).isEqualTo("flink-checkpoint");
            assertThat(status.getStrategy().getFreezeBudgetMilliseconds()).isEqualTo(58_000);
            flink.expectNothingNoticed();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.20.5", "2.3.0"})
    void a_job_goes_on_from_its_savepoint_on_the_other_node(
            String version, Playground playground, Moves moves) throws IOException {
        try (FlinkOnLab flink = FlinkOnLab.start(playground, version, "flink-shared-state.yaml")) {
            String before = flink.runningJob();
            PodMigrationStatus status =
                    moves.awaitSuccess(flink.apply("flink-savepoint-migration.yaml"));
            assertThat(status.getWorkload().getStrategy()).isEqualTo("flink-savepoint");
            flink.expectResumed(before);
        }
    }

    /** Of the two only 2.3.0 has its plugin on Maven Central. */
    @Test
    void a_savepoint_may_be_in_an_object_store(Playground playground, Moves moves)
            throws IOException {
        try (FlinkOnLab flink = FlinkOnLab.start(playground, "2.3.0", "flink-object-store.yaml")) {
            String before = flink.runningJob();
            moves.awaitSuccess(flink.apply("flink-savepoint-migration.yaml"));
            assertThat(flink.jobManager().savepointPath(before))
                    .startsWith("s3://flink/savepoints/");
            flink.expectResumed(before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.20.5", "2.3.0"})
    void a_restore_that_fails_is_followed_by_a_move_from_a_savepoint(
            String version, Playground playground, Moves moves) throws IOException {
        try (FlinkOnLab flink = FlinkOnLab.start(playground, version, "flink-shared-state.yaml")) {
            String before = flink.runningJob();
            PodMigrationStatus status;
            try (FaultyRuntime runtime =
                    FaultyRuntime.on(playground.lab(), otherNode(playground)).spoil("/")) {
                status = moves.awaitSuccess(flink.apply("flink-hybrid.yaml"));
                assertThat(runtime.restores()).isPositive();
            }
            assertThat(status.getWorkload().isFellBack()).isTrue();
            flink.expectResumed(before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.20.5", "2.3.0"})
    void with_a_restore_that_succeeds_hybrid_leaves_the_job_alone(
            String version, Playground playground, Moves moves) throws IOException {
        try (FlinkOnLab flink = FlinkOnLab.start(playground, version, "flink-shared-state.yaml")) {
            flink.awaitSteadyJob();
            PodMigrationStatus status = moves.awaitSuccess(flink.apply("flink-hybrid.yaml"));
            assertThat(status.getWorkload().isFellBack()).isFalse();
            flink.expectNothingNoticed();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.20.5", "2.3.0"})
    void what_is_declared_to_keep_nothing_is_made_anew(
            String version, Playground playground, Moves moves) throws IOException {
        try (FlinkOnLab flink = FlinkOnLab.start(playground, version, "flink-shared-state.yaml")) {
            String job = flink.runningJob();
            moves.fail(
                    POD,
                    otherNode(playground),
                    FailureReason.StateNotExternal,
                    spec -> spec.setStrategy(Strategy.Recreate));
            assertThat(flink.jobManager().restarts(job)).isZero();
            playground
                    .kubectl("annotate", "pod", POD, "workload.podmigration.dev/stateless=true")
                    .orFail();
            moves.awaitSuccess(flink.apply("flink-stateless.yaml"));
            assertThat(flink.runningJob()).isEqualTo(job);
            flink.expectNoWrongCount();
        }
    }

    private static String otherNode(Playground playground) {
        return Lab.otherNode(playground.pod(POD).getSpec().getNodeName());
    }
}
