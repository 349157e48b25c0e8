package dev.podmigration.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationSpec;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.e2e.flink.FlinkOnLab;
import dev.podmigration.e2e.lab.FaultyRuntime;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Pause;
import dev.podmigration.e2e.lab.Playground;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * As {@link IgnoredRefusalsE2E}, for what only Flink is harmed by. Its other refusals cannot be
 * ignored: what could not be found out is missing in the next step, too.
 */
@OnLab
@Order(12)
class IgnoredFlinkRefusalsE2E {

    private static final String POD = "taskmanager";

    /**
     * Too short a heartbeat, for any freeze or for this one.
     *
     * @param timeout of the heartbeat; a freeze may take this less the interval of 2.5 s
     * @param memory "" or an option of the JVM that makes the expected freeze longer
     */
    record Row(FailureReason reason, Duration timeout, String memory) {

        String into(String manifests) {
            return manifests
                    .replace("heartbeat.interval: 2000", "heartbeat.interval: 2500")
                    .replace("heartbeat.timeout: 60000", "heartbeat.timeout: " + timeout.toMillis())
                    .replace(
                            "env.java.opts.taskmanager: ",
                            "env.java.opts.taskmanager: " + memory + " ");
        }

        @Override
        public String toString() {
            return reason.name();
        }
    }

    static Stream<Row> rows() {
        return Stream.of(
                new Row(FailureReason.FlinkHeartbeatTooShort, Duration.ofSeconds(3), ""),
                new Row(
                        FailureReason.FreezeBudgetExceeded,
                        Duration.ofMillis(3600),
                        "-XX:+AlwaysPreTouch"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void aTaskManagerThatIsSilentForLongerThanFlinkWaitsRestartsTheJob(
            Row row, Playground playground, Moves moves) throws IOException {
        FaultyProgram operator = FaultyProgram.operator(playground.lab());
        assumeTrue(operator.canBeBroken(), "the operator is not of a build for tests");
        try (FlinkOnLab flink =
                FlinkOnLab.start(playground, "2.3.0", "flink-minimal.yaml", row::into)) {
            String node = Lab.otherNode(playground.pod(POD).getSpec().getNodeName());
            moves.fail(POD, node, row.reason(), IgnoredFlinkRefusalsE2E::byCheckpoint);
            flink.awaitSteadyJob();
            operator.ignore("operator refuses " + row.reason());

            PodMigrationStatus status = silentFor(row.timeout(), node, playground, moves);

            assertThat(status.getPhase()).isEqualTo(PodMigrationPhase.Failed);
            assertThat(status.getFailure()).isNotNull();
            assertThat(status.getFailure().getReason())
                    .as("%s", status.getFailure())
                    .isEqualTo(FailureReason.FlinkJobRestarted);
        } finally {
            operator.clear();
        }
    }

    private static PodMigrationStatus silentFor(
            Duration time, String node, Playground playground, Moves moves) {
        try (FaultyRuntime runtime = FaultyRuntime.on(playground.lab(), node).hold()) {
            String migration = moves.begin(POD, node, IgnoredFlinkRefusalsE2E::byCheckpoint);
            runtime.awaitRestore();
            Pause.of(time);
            runtime.release();
            return moves.awaitEnd(migration);
        }
    }

    private static void byCheckpoint(PodMigrationSpec spec) {
        spec.setStrategy(Strategy.Checkpoint);
    }
}
