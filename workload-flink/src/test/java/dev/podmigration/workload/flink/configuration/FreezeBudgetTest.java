package dev.podmigration.workload.flink.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.workload.flink.detect.FlinkRole;
import dev.podmigration.workload.flink.rest.CheckpointSettings;
import dev.podmigration.workload.flink.rest.FlinkFailure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

class FreezeBudgetTest {

    @Test
    void flinksDefaultsBearFortySeconds() {
        FreezeBudget budget = budget(Map.of(), FlinkRole.TaskManager);
        assertThat(budget.longest()).isEqualTo(Duration.ofSeconds(40));
        assertThat(budget.quiet()).isEqualTo(Duration.ofSeconds(10));
        assertThat(budget.derivation()).contains("heartbeat.timeout is 50 s", "10 s: 40 s.");
    }

    @ParameterizedTest
    @CsvSource({
        "60000, 2000, 58000",
        "600 s, 10000, 590000",
        "1min, 500ms, 59500",
        "PT2M, 10s, 110000",
        "5000, 10000, 0"
    })
    void theTimeoutLessOneIntervalCounts(String timeout, String interval, long millis) {
        Map<String, String> values =
                Map.of("heartbeat.timeout", timeout, "heartbeat.interval", interval);
        assertThat(budget(values, FlinkRole.TaskManager).longest())
                .isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void aCheckpointThatExpiresSoonerCounts() {
        CheckpointSettings settings =
                new CheckpointSettings(
                        Optional.of(Duration.ofSeconds(5)),
                        Duration.ofSeconds(15),
                        Duration.ZERO,
                        1,
                        0);
        FreezeBudget budget =
                FreezeBudget.of(
                        new RunningConfiguration(Map.of(), "2.3.0"),
                        FlinkRole.TaskManager,
                        Optional.of(settings));
        assertThat(budget.longest()).isEqualTo(Duration.ofSeconds(15));
        assertThat(budget.derivation()).contains("expires after 15 s", "tolerates 0");
    }

    @Test
    void aJobManagerThatLeadsByALeaseHasTheTimeOfTheLease() {
        Map<String, String> values = Map.of("high-availability.type", "kubernetes");
        assertThat(budget(values, FlinkRole.JobManager).longest())
                .isEqualTo(Duration.ofSeconds(10));
        assertThat(budget(values, FlinkRole.TaskManager).longest())
                .isEqualTo(Duration.ofSeconds(40));
    }

    @Test
    void aSessionOfZooKeeperBindsBothRoles() {
        Map<String, String> values = Map.of("high-availability", "ZOOKEEPER");
        for (FlinkRole role : FlinkRole.values()) {
            assertThat(budget(values, role).longest()).isEqualTo(Duration.ofSeconds(20));
        }
    }

    @Test
    void theAskTimeoutIsKnownByItsOldNameToo() {
        assertThat(budget(Map.of("akka.ask.timeout", "3 s"), FlinkRole.TaskManager).quiet())
                .isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void aHeartbeatThatBearsNoFreezeIsRefused() {
        FreezeBudget none =
                budget(
                        Map.of("heartbeat.timeout", "2000", "heartbeat.interval", "1500"),
                        FlinkRole.TaskManager);
        FlinkFailure failure = catchThrowableOfType(FlinkFailure.class, none::check);
        assertThat(failure.reason()).isEqualTo(FailureReason.FlinkHeartbeatTooShort);
        assertThat(failure.getMessage()).contains("heartbeat.timeout is 2 s");
        assertThat(failure.failure().getRemedy()).contains("heartbeat.timeout");
    }

    private static FreezeBudget budget(Map<String, String> values, FlinkRole role) {
        return FreezeBudget.of(new RunningConfiguration(values, "1.20.5"), role, Optional.empty());
    }
}
