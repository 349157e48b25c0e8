package dev.podmigration.workload.flink.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.Verdict;
import dev.podmigration.workload.flink.configuration.ConfigurationAdvice.Circumstances;
import dev.podmigration.workload.flink.detect.FlinkRole;
import dev.podmigration.workload.flink.rest.TaskManagerInfo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

class ConfigurationAdviceTest {

    private static final String NO_NATIVE =
            "-Dorg.apache.flink.shaded.netty4.io.netty.transport.noNative=true";

    private static final String SMALL_HEAP = "-XX:+UseG1GC -Xms64m";

    private final Map<String, String> values = new LinkedHashMap<>();
    private String version = "1.20.5";
    private FlinkRole role = FlinkRole.TaskManager;
    private String host = "10.1.0.7";
    private boolean newAddress;
    private Duration freeze = Duration.ofSeconds(1);

    @Test
    void nettyIsToldByVersionWhatToUse() {
        assertThat(advice()).containsEntry("taskmanager.network.netty.transport", "nio");
        version = "2.3.0";
        assertThat(advice())
                .doesNotContainKey("taskmanager.network.netty.transport")
                .containsEntry("env.java.opts.taskmanager", NO_NATIVE + " " + SMALL_HEAP);
        role = FlinkRole.JobManager;
        assertThat(advice())
                .containsEntry("env.java.opts.jobmanager", NO_NATIVE + " " + SMALL_HEAP);
    }

    @Test
    void whatIsFollowedAlreadyIsNotAdvised() {
        values.put("taskmanager.network.netty.transport", "nio");
        values.put("heartbeat.rpc-failure-threshold", "-1");
        values.put("taskmanager.rpc.port", "6122");
        values.put("taskmanager.data.port", "6121");
        values.put("metrics.internal.query-service.port", "6126");
        values.put("rest.cache.checkpoint-statistics.timeout", "100ms");
        values.put("env.java.opts.taskmanager", SMALL_HEAP);
        assertThat(advice()).isEmpty();
    }

    @Test
    void theSameHoldsForVersionTwo() {
        version = "2.3.0";
        values.put("env.java.opts.taskmanager", NO_NATIVE + " " + SMALL_HEAP);
        assertThat(advice()).doesNotContainKey("env.java.opts.taskmanager");
    }

    @Test
    void optionsThatAreThereStay() {
        values.put("env.java.opts.taskmanager", "-Dmy=own");
        assertThat(advice()).containsEntry("env.java.opts.taskmanager", "-Dmy=own " + SMALL_HEAP);
        values.put("env.java.opts.taskmanager", "-XX:+UseG1GC");
        assertThat(advice()).containsEntry("env.java.opts.taskmanager", SMALL_HEAP);
        values.put("env.java.opts.taskmanager", "-Xms1g");
        assertThat(advice()).containsEntry("env.java.opts.taskmanager", "-Xms1g -XX:+UseG1GC");
    }

    /** With two the JVM would not start. */
    @ParameterizedTest
    @ValueSource(strings = {"Z", "Serial", "Parallel", "Shenandoah"})
    void aCollectorThatSomebodyHasChosenStays(String collector) {
        values.put("env.java.opts.all", "-XX:+Use" + collector + "GC");
        assertThat(advice()).doesNotContainKey("env.java.opts.taskmanager");
    }

    @Test
    void theHeartbeatShouldBeTwiceWhatTheMoveMayTake() {
        assertThat(advice()).doesNotContainKey("heartbeat.timeout");
        freeze = Duration.ofSeconds(30);
        assertThat(advice()).containsEntry("heartbeat.timeout", "80000");
    }

    @Test
    void namesMatterOnlyWhenTheAddressChanges() {
        assertThat(advice()).doesNotContainKeys("taskmanager.host", "taskmanager.bind-host");
        newAddress = true;
        assertThat(advice())
                .containsKey("taskmanager.host")
                .containsEntry("taskmanager.network.bind-policy", "name")
                .containsEntry("taskmanager.bind-host", "0.0.0.0");
        host = "taskmanager-0.taskmanagers";
        assertThat(advice()).doesNotContainKey("taskmanager.host");
    }

    @Test
    void theJvmShouldNotRememberForLongWhereANameLed() {
        newAddress = true;
        version = "2.3.0";
        values.put("env.java.opts.all", NO_NATIVE + " " + SMALL_HEAP);
        assertThat(advice()).containsEntry("env.java.opts.taskmanager", "-Dsun.net.inetaddr.ttl=1");
    }

    @Test
    void aJobManagerIsFoundByName() {
        role = FlinkRole.JobManager;
        newAddress = true;
        values.put("jobmanager.rpc.address", "10.1.0.9");
        assertThat(advice())
                .containsKey("jobmanager.rpc.address")
                .containsEntry("rest.bind-address", "0.0.0.0")
                .containsEntry("blob.server.port", "6124")
                .doesNotContainKey("taskmanager.host");
    }

    @Test
    void adviceIsAWarningThatNamesKeyAndValue() {
        Finding finding =
                new ConfigurationAdvice("heartbeat.rpc-failure-threshold", "-1", "it is 2")
                        .finding();
        assertThat(finding.getVerdict()).isEqualTo(Verdict.Warning);
        assertThat(finding.getReason()).isEqualTo(FailureReason.FlinkConfiguration);
        assertThat(finding.getMessage())
                .isEqualTo("Set heartbeat.rpc-failure-threshold: -1, because it is 2.");
    }

    private Map<String, String> advice() {
        Map<String, String> found = new LinkedHashMap<>();
        ConfigurationAdvice.of(
                        new RunningConfiguration(values, version),
                        new Circumstances(
                                role,
                                List.of(new TaskManagerInfo("tm-1", host, 6122, 6121, 1, 0)),
                                newAddress,
                                Optional.of(freeze)))
                .forEach(advice -> found.put(advice.key(), advice.value()));
        return found;
    }
}
