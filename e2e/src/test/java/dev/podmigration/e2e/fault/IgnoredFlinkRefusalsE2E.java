package dev.podmigration.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * As {@link IgnoredRefusalsE2E}, for what only Flink is harmed by. Its other refusals cannot be
 * ignored: what could not be found out is missing in the next step, too.
 */
@OnLab
@Tag("faults")
@Order(12)
class IgnoredFlinkRefusalsE2E {

    private static final String POD = "taskmanager";

    private static final Duration INTERVAL = Duration.ofMillis(2500);

    @Test
    void aTaskManagerThatIsSilentForLongerThanFlinkWaitsRestartsTheJob(
            Playground playground, Moves moves) throws IOException {
        FaultyProgram operator = FaultyProgram.operator(playground.lab());
        Duration timeout = INTERVAL.plusMillis(500);
        try (FlinkOnLab flink = start(playground, manifests -> impatient(manifests, timeout))) {
            String node = Lab.otherNode(playground.pod(POD).getSpec().getNodeName());
            moves.fail(
                    POD,
                    node,
                    FailureReason.FlinkHeartbeatTooShort,
                    IgnoredFlinkRefusalsE2E::byCheckpoint);
            flink.awaitSteadyJob();
            operator.ignore("operator refuses " + FailureReason.FlinkHeartbeatTooShort);

            PodMigrationStatus status = silentFor(timeout, node, playground, moves);

            assertThat(status.getPhase()).isEqualTo(PodMigrationPhase.Failed);
            assertThat(status.getFailure()).isNotNull();
            assertThat(status.getFailure().getReason())
                    .as("%s", status.getFailure())
                    .isEqualTo(FailureReason.FlinkJobRestarted);
        } finally {
            operator.clear();
        }
    }

    /** What Flink bears is also the limit of the freeze. */
    @Test
    void aFreezeThatTakesLongerThanFlinkBearsIsUndone(Playground playground, Moves moves)
            throws IOException {
        FaultyProgram operator = FaultyProgram.operator(playground.lab());
        Duration timeout = INTERVAL.plusMillis(1100);
        try (FlinkOnLab flink =
                start(playground, manifests -> withAllMemory(impatient(manifests, timeout)))) {
            String node = Lab.otherNode(playground.pod(POD).getSpec().getNodeName());
            moves.fail(
                    POD,
                    node,
                    FailureReason.FreezeBudgetExceeded,
                    IgnoredFlinkRefusalsE2E::byCheckpoint);
            flink.awaitSteadyJob();
            operator.ignore("operator refuses " + FailureReason.FreezeBudgetExceeded);

            moves.fail(
                    POD,
                    node,
                    FailureReason.FreezeLimitExceeded,
                    IgnoredFlinkRefusalsE2E::byCheckpoint);
        } finally {
            operator.clear();
        }
    }

    private static FlinkOnLab start(Playground playground, UnaryOperator<String> change)
            throws IOException {
        return FlinkOnLab.start(playground, "2.3.0", "flink-minimal.yaml", change);
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

    /** A freeze may take the timeout less the interval. */
    private static String impatient(String manifests, Duration timeout) {
        return manifests
                .replace("heartbeat.interval: 2000", "heartbeat.interval: " + INTERVAL.toMillis())
                .replace("heartbeat.timeout: 60000", "heartbeat.timeout: " + timeout.toMillis());
    }

    /** The whole heap moves, although little of it is used. */
    private static String withAllMemory(String manifests) {
        return manifests.replace(
                "env.java.opts.taskmanager: ", "env.java.opts.taskmanager: -XX:+AlwaysPreTouch ");
    }
}
