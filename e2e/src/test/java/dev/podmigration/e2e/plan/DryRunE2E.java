package dev.podmigration.e2e.plan;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

/** A plan says everything that a person wants to know before, and touches nothing. */
@OnLab
class DryRunE2E {

    @Test
    void a_plan_says_what_would_move_and_how_long_it_would_take(
            Playground playground, Moves moves) {
        playground.start(TestPods.echo("echo", NODE_A, 32, 0));

        PodMigrationStatus plan = plan(moves);

        assertThat(plan.getPhase()).isEqualTo(PodMigrationPhase.Succeeded);
        assertThat(plan.getBytesToMove()).isNotNull();
        assertThat(plan.getBytesToMove().getMemory()).isGreaterThan(32L << 20);
        assertThat(plan.getBytesToMove().getFiles()).isNotNull();
        assertThat(plan.getFreeze()).isNotNull();
        assertThat(plan.getFreeze().getPredictedMilliseconds()).isPositive();
        assertThat(plan.getStrategy()).isNotNull();
        assertThat(plan.getStrategy().getReasons()).isNotEmpty();
        assertThat(plan.getFindings())
                .extracting(Finding::getCheck)
                .contains("Pod", "TargetNode", "Address", "Freeze", "Probes");
        assertThat(Moves.wasFrozen(plan)).isFalse();
        assertThat(playground.pod("echo").getSpec().getNodeName()).isEqualTo(NODE_A);
    }

    @Test
    void an_open_exec_is_seen_before_it_is_cut_off(Playground playground, Moves moves)
            throws InterruptedException {
        playground.start(TestPods.echo("echo", NODE_A));
        assertThat(reasons(plan(moves))).doesNotContain(FailureReason.OpenSession);
        Thread session =
                Thread.ofPlatform()
                        .start(() -> playground.kubectl("exec", "echo", "--", "sleep", "20"));

        await("the session is seen")
                .atMost(Duration.ofSeconds(18))
                .untilAsserted(
                        () -> assertThat(reasons(plan(moves))).contains(FailureReason.OpenSession));
        session.join();
    }

    private static PodMigrationStatus plan(Moves moves) {
        return moves.awaitEnd(moves.begin("echo", NODE_B, spec -> spec.setDryRun(true)));
    }

    private static List<FailureReason> reasons(PodMigrationStatus plan) {
        return plan.getFindings().stream().map(Finding::getReason).toList();
    }
}
