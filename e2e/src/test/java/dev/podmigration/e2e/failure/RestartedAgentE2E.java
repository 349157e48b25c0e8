package dev.podmigration.e2e.failure;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.lab.Agent;
import dev.podmigration.e2e.lab.Copies;
import dev.podmigration.e2e.lab.FaultyRuntime;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;

import io.fabric8.kubernetes.api.model.Pod;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Duration;

@OnLab
@Order(8)
final class RestartedAgentE2E {
    @ParameterizedTest
    @ValueSource(strings = {NODE_A, NODE_B})
    void an_agent_that_is_killed_in_the_middle_costs_a_pause_and_one_copy_goes_on(
            String killed, Playground playground, Moves moves) throws IOException {
        Pod pod = playground.start(TestPods.echo("echo", NODE_A));
        Lab lab = playground.lab();
        try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT);
                FaultyRuntime runtime = FaultyRuntime.on(lab, NODE_B).hold()) {
            client.expectAnswers(100);
            String migration =
                    moves.begin("echo", NODE_B, spec -> spec.getLimits().setFreezeSeconds(60));
            runtime.awaitRestore();
            new Agent(lab, killed).kill();
            runtime.release();
            PodMigrationStatus end = moves.awaitEnd(migration);
            client.expectAnswers(200);
            client.expectMemoryIntact();
            String node = end.getPhase() == PodMigrationPhase.Succeeded ? NODE_B : NODE_A;
            assertThat(end.getPhase())
                    .as("%s", end.getFailure())
                    .isIn(PodMigrationPhase.Succeeded, PodMigrationPhase.RolledBack);
            await("one copy, on " + node)
                    .atMost(Duration.ofMinutes(1))
                    .untilAsserted(
                            () ->
                                    assertThat(Copies.of(lab))
                                            .singleElement()
                                            .asString()
                                            .startsWith(node));
            client.expectAnswers(200);
        } finally {
            new Agent(lab, killed).awaitReady();
        }
        moveOnceMore(playground, moves);
    }

    /** The agent that came back is as good as the one before. */
    private static void moveOnceMore(Playground playground, Moves moves) {
        playground.start(TestPods.echo("another", NODE_A));
        moves.succeed("another", NODE_B);
    }
}
