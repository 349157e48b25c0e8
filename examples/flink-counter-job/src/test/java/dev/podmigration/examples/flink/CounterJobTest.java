package dev.podmigration.examples.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

class CounterJobTest {
    @Test
    void countsStayRightWhenTheJobGoesOnFromASavepoint(@TempDir Path savepoints) throws Exception {
        JobClient first = start(new Configuration());
        awaitRecords(first, 100);
        assertThat(accumulator(first, "wrongCounts")).isZero();
        String savepoint =
                first.stopWithSavepoint(
                                false, savepoints.toUri().toString(), SavepointFormatType.CANONICAL)
                        .get(60, TimeUnit.SECONDS);

        Configuration restored = new Configuration();
        restored.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        JobClient second = start(restored);
        awaitRecords(second, 100);
        assertThat(accumulator(second, "wrongCounts")).isZero();
        second.cancel().get(60, TimeUnit.SECONDS);
    }

    private static JobClient start(Configuration configuration) throws Exception {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.createLocalEnvironment(configuration);
        CounterJob.define(environment);
        return environment.executeAsync();
    }

    private static void awaitRecords(JobClient job, long atLeast) {
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(
                        () ->
                                assertThat(accumulator(job, "records"))
                                        .isGreaterThanOrEqualTo(atLeast));
    }

    private static long accumulator(JobClient job, String name) throws Exception {
        return (long) job.getAccumulators().get(30, TimeUnit.SECONDS).getOrDefault(name, 0L);
    }
}
