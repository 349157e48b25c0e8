package dev.podmigration.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.ByteCounts;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Freeze;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodCheckpointStatus;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.PodRestoreStatus;
import dev.podmigration.api.v1alpha1.Step;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

class AgentMetricsTest {

    private final AgentMetrics metrics = new AgentMetrics();

    @Test
    void a_pod_that_left_is_counted_with_its_freeze_its_steps_and_its_bytes() {
        PodCheckpointStatus status = new PodCheckpointStatus();
        status.setPhase(PodCheckpointPhase.Released);
        Freeze freeze = new Freeze();
        freeze.setMilliseconds(420L);
        status.setFreeze(freeze);
        status.setSteps(List.of(Step.of("dump", 150), Step.of("target restore", 90)));
        ByteCounts bytes = new ByteCounts();
        bytes.setMemory(4096L);
        bytes.setFiles(512L);
        status.setBytes(bytes);

        metrics.ended(status);
        metrics.ended(status);

        assertThat(metrics.scrape())
                .contains(
                        line(
                                "migrations_total",
                                "outcome=\"Released\",reason=\"None\",side=\"source\"",
                                "2.0"),
                        line("freeze_seconds_bucket", "outcome=\"Released\",le=\"0.3\"", "0"),
                        line("freeze_seconds_bucket", "outcome=\"Released\",le=\"0.5\"", "2"),
                        line("freeze_seconds_sum", "outcome=\"Released\"", "0.84"),
                        line("step_seconds_sum", "side=\"source\",step=\"dump\"", "0.3"),
                        line("moved_bytes_total", "kind=\"memory\"", "8192.0"),
                        line("moved_bytes_total", "kind=\"files\"", "1024.0"))
                .doesNotContain("step=\"restore\"");
    }

    @Test
    void why_a_pod_did_not_come_is_a_label() {
        PodRestoreStatus status = new PodRestoreStatus();
        status.setPhase(PodRestorePhase.Cancelled);
        status.setFailure(Failure.of(FailureReason.StreamBroken, "gone"));

        metrics.ended(status);

        assertThat(metrics.scrape())
                .contains(
                        line(
                                "migrations_total",
                                "outcome=\"Cancelled\",reason=\"StreamBroken\",side=\"target\"",
                                "1.0"))
                .doesNotContain("freeze_seconds");
    }

    @Test
    void names_of_containers_are_no_labels() {
        PodRestoreStatus status = new PodRestoreStatus();
        status.setPhase(PodRestorePhase.Committed);
        status.setSteps(List.of(Step.of("container sidecar", 40), Step.of("container main", 60)));

        metrics.ended(status);

        assertThat(metrics.scrape())
                .contains(line("step_seconds_count", "side=\"target\",step=\"container\"", "2"))
                .doesNotContain("sidecar");
    }

    @Test
    void abilities_are_those_of_the_last_test() {
        metrics.proved(Map.of("Restore", false, "LinkRemap", true));
        metrics.proved(Map.of("Restore", true));

        assertThat(metrics.scrape())
                .contains(line("ability_proved", "ability=\"Restore\"", "1.0"))
                .doesNotContain("LinkRemap");
    }

    @Test
    void what_is_under_way_is_looked_up_at_every_scrape() {
        AtomicInteger leaving = new AtomicInteger(2);
        metrics.active(leaving::get, () -> 0);
        assertThat(metrics.scrape()).contains(line("active", "side=\"source\"", "2.0"));

        leaving.set(1);

        assertThat(metrics.scrape())
                .contains(line("active", "side=\"source\"", "1.0"))
                .contains(line("active", "side=\"target\"", "0.0"));
    }

    @Test
    void what_is_held_is_that_of_the_last_look_and_what_was_removed_adds_up() {
        metrics.held(List.of(new AgentMetrics.Held("archive", 3, 4096)));
        metrics.held(
                List.of(
                        new AgentMetrics.Held("archive", 1, 1024),
                        new AgentMetrics.Held("fence", 0, 0)));
        metrics.removed("archive", "age");
        metrics.removed("archive", "age");

        assertThat(metrics.scrape())
                .contains(line("held", "kind=\"archive\"", "1.0"))
                .contains(line("held", "kind=\"fence\"", "0.0"))
                .contains(line("held_bytes", "kind=\"archive\"", "1024.0"))
                .contains(line("removed_total", "kind=\"archive\",reason=\"age\"", "2.0"));
    }

    private static String line(String name, String labels, String value) {
        return "podmigration_agent_" + name + "{" + labels + "} " + value + "\n";
    }
}
