package dev.podmigration.workload.flink.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.flink.fakes.SessionCluster;
import dev.podmigration.workload.flink.fakes.StrategyRun;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A TaskManager that Flink itself has made is known to Flink by its pod's name: none of the
 * strategies makes another pod in its place.
 */
class NativeTaskManagersTest {

    static Stream<MigrationStrategy> strategies() {
        return Stream.of(
                new FlinkCheckpoint(),
                new FlinkHybrid(),
                new FlinkSavepoint(),
                new FlinkRecreate());
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void isRefusedAndItsJobGoesOn(MigrationStrategy strategy) throws IOException {
        try (SessionCluster cluster = new SessionCluster()) {
            cluster.jobManager = madeByFlink(cluster.jobManager, "jobmanager");
            cluster.taskManager = madeByFlink(cluster.taskManager, "taskmanager");
            cluster.publish();

            StrategyRun run = new StrategyRun(strategy, cluster.namespace, cluster.taskManager);

            assertThat(run.assess().refusal().orElseThrow().getReason())
                    .isEqualTo(FailureReason.FlinkNativeTaskManager);
            assertThat(cluster.job.state).isEqualTo("RUNNING");
            assertThat(cluster.flink.jobs).hasSize(1);
        }
    }

    /** With the labels of org.apache.flink.kubernetes.utils.Constants, 2.3.0. */
    private static Pod madeByFlink(Pod pod, String component) {
        return new PodBuilder(pod)
                .editMetadata()
                .withLabels(
                        Map.of(
                                "type",
                                "flink-native-kubernetes",
                                "app",
                                "orders",
                                "component",
                                component))
                .addToAnnotations(FlinkRecreate.STATELESS, "true")
                .endMetadata()
                .build();
    }
}
