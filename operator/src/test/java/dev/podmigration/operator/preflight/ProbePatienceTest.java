package dev.podmigration.operator.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.Verdict;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

class ProbePatienceTest {

    @Test
    void a_pod_without_probes_has_nothing_to_fear() {
        assertThat(look(pod(null, null), 60_000))
                .singleElement()
                .satisfies(
                        finding -> {
                            assertThat(finding.getVerdict()).isEqualTo(Verdict.Passed);
                            assertThat(finding.getMessage()).contains("no liveness");
                        });
    }

    @Test
    void the_first_failure_may_come_with_the_freeze_and_the_last_decides() {
        Pod pod = pod(probe(3, 10, 1), null);

        assertThat(look(pod, 21_000)).extracting(Finding::getVerdict).containsOnly(Verdict.Passed);
        assertThat(look(pod, 21_001))
                .singleElement()
                .satisfies(
                        finding -> {
                            assertThat(finding.getVerdict()).isEqualTo(Verdict.Warning);
                            assertThat(finding.getReason())
                                    .isEqualTo(FailureReason.ProbeTooImpatient);
                            assertThat(finding.getMessage())
                                    .contains(
                                            "liveness probe of container main",
                                            "after 21 s",
                                            "failureThreshold 3",
                                            "periodSeconds 10",
                                            "timeoutSeconds 1",
                                            "21001 ms",
                                            "restart");
                        });
    }

    @Test
    void one_failure_is_enough_when_the_threshold_is_one() {
        assertThat(look(pod(probe(1, 10, 2), null), 2_500))
                .extracting(Finding::getVerdict)
                .containsExactly(Verdict.Warning);
    }

    @Test
    void what_is_not_set_is_what_the_api_server_fills_in() {
        Probe empty = new ProbeBuilder().build();

        assertThat(look(pod(empty, null), 21_001).getFirst().getMessage()).contains("after 21 s");
    }

    @Test
    void readiness_is_about_services() {
        assertThat(look(pod(null, probe(1, 1, 1)), 5_000))
                .singleElement()
                .satisfies(
                        finding ->
                                assertThat(finding.getMessage())
                                        .contains("readiness probe", "Services"));
    }

    @Test
    void sidecars_are_probed_too_and_init_containers_have_ended() {
        Pod pod =
                new PodBuilder(pod(null, null))
                        .editSpec()
                        .addNewInitContainer()
                        .withName("sidecar")
                        .withRestartPolicy("Always")
                        .withLivenessProbe(probe(1, 1, 1))
                        .endInitContainer()
                        .addNewInitContainer()
                        .withName("ended")
                        .withLivenessProbe(probe(1, 1, 1))
                        .endInitContainer()
                        .endSpec()
                        .build();

        assertThat(look(pod, 5_000))
                .singleElement()
                .satisfies(
                        finding -> assertThat(finding.getMessage()).contains("container sidecar"));
    }

    private static List<Finding> look(Pod pod, long freezeMillis) {
        return ProbePatience.look(pod, Duration.ofMillis(freezeMillis));
    }

    private static Probe probe(int threshold, int period, int timeout) {
        return new ProbeBuilder()
                .withFailureThreshold(threshold)
                .withPeriodSeconds(period)
                .withTimeoutSeconds(timeout)
                .build();
    }

    private static Pod pod(Probe liveness, Probe readiness) {
        return new PodBuilder()
                .withNewSpec()
                .withContainers(
                        new ContainerBuilder()
                                .withName("main")
                                .withLivenessProbe(liveness)
                                .withReadinessProbe(readiness)
                                .build())
                .endSpec()
                .build();
    }
}
