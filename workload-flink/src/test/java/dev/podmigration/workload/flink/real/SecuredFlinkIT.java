package dev.podmigration.workload.flink.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.workload.flink.fakes.TestKeys;
import dev.podmigration.workload.flink.rest.FlinkFailure;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

class SecuredFlinkIT {

    @ParameterizedTest
    @EnumSource(FlinkVersion.class)
    void aJobManagerWithTlsIsNamedAsThat(FlinkVersion version, @TempDir Path scratch)
            throws Exception {
        String keys = TestKeys.keyStore(scratch).toString();
        try (RealFlink flink =
                RealFlink.start(
                        version,
                        scratch,
                        Map.of(
                                "security.ssl.rest.enabled",
                                "true",
                                "security.ssl.rest.keystore",
                                keys,
                                "security.ssl.rest.keystore-password",
                                TestKeys.PASSWORD,
                                "security.ssl.rest.key-password",
                                TestKeys.PASSWORD,
                                "security.ssl.rest.truststore",
                                keys,
                                "security.ssl.rest.truststore-password",
                                TestKeys.PASSWORD))) {
            await("an answer")
                    .atMost(Duration.ofSeconds(40))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> reason(flink) != FailureReason.FlinkRestUnreachable);
            assertThat(reason(flink)).isEqualTo(FailureReason.FlinkRestSecured);
            assertThat(flink.runs()).isTrue();
        }
    }

    private static FailureReason reason(RealFlink flink) throws InterruptedException {
        try {
            flink.rest().overview();
            throw new AssertionError("it answers without TLS");
        } catch (FlinkFailure failure) {
            return failure.reason();
        }
    }
}
