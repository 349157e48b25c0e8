package dev.podmigration.e2e.keptname;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationSpec;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PodNameMode;
import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.lab.Agent;
import dev.podmigration.e2e.lab.Copies;
import dev.podmigration.e2e.lab.FaultyRuntime;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;
import dev.podmigration.e2e.workload.EchoServer;

import io.fabric8.kubernetes.api.model.Pod;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Duration;

@OnLab
@Order(9)
final class KeptNameE2E {

    @Test
    void the_pod_has_its_name_on_the_other_node_and_its_connection_lives(
            Playground playground, Moves moves) throws IOException {
        Pod source = playground.start(TestPods.echo("echo", NODE_A));
        String address = source.getStatus().getPodIP();
        try (EchoClient client = EchoClient.connect(address, ECHO_PORT)) {
            client.expectAnswers(100);
            client.gaps().clear();

            PodMigrationStatus there = moves.succeed("echo", NODE_B, KeptNameE2E::keepName);

            client.expectAnswers(100);
            client.expectMemoryIntact();
            Pod target = playground.pod("echo");
            assertThat(Moves.targetPod(there)).isEqualTo("echo");
            assertThat(target.getMetadata().getUid()).isNotEqualTo(source.getMetadata().getUid());
            assertThat(target.getSpec().getNodeName()).isEqualTo(NODE_B);
            assertThat(playground.exec("echo", "hostname").strip()).isEqualTo("echo");
            expectOneCopy(playground, NODE_B);
            expectStarts(playground, 1);
            System.out.printf(
                    "a -> b: longest gap %s, %s%n", client.gaps().longest(), there.getSteps());

            client.gaps().clear();
            PodMigrationStatus back = moves.succeed("echo", NODE_A, KeptNameE2E::keepName);
            client.expectAnswers(100);
            client.expectMemoryIntact();
            assertThat(playground.pod("echo").getSpec().getNodeName()).isEqualTo(NODE_A);
            System.out.printf(
                    "b -> a: longest gap %s, %s%n", client.gaps().longest(), back.getSteps());
            try (EchoClient second = EchoClient.connect(address, ECHO_PORT)) {
                second.expectAnswers(20);
            }
        }
    }

    @Test
    void two_containers_of_a_pod_that_keeps_its_name_move_together(
            Playground playground, Moves moves) throws IOException {
        Pod pod =
                playground.start(
                        TestPods.pod(
                                "pair",
                                NODE_A,
                                TestPods.echoContainer("one", 7000, 16, 4),
                                TestPods.echoContainer("two", 7100, 16, 4)));
        String address = pod.getStatus().getPodIP();
        try (EchoClient one = EchoClient.connect(address, 7000);
                EchoClient two = EchoClient.connect(address, 7100)) {
            one.expectAnswers(100);
            two.expectAnswers(100);

            moves.succeed("pair", NODE_B, KeptNameE2E::keepName);

            one.expectAnswers(100);
            two.expectAnswers(100);
            one.expectMemoryIntact();
            two.expectMemoryIntact();
            assertThat(playground.pod("pair").getSpec().getNodeName()).isEqualTo(NODE_B);
        }
    }

    @Test
    void a_pod_that_cannot_be_restored_starts_anew_and_the_migration_says_so(
            Playground playground, Moves moves) {
        playground.start(TestPods.echo("echo", NODE_A));
        try (FaultyRuntime runtime = FaultyRuntime.on(playground.lab(), NODE_B).spoil("/")) {
            PodMigrationStatus status =
                    moves.fail("echo", NODE_B, FailureReason.RestoreFailed, KeptNameE2E::keepName);

            assertThat(status.getPhase()).isEqualTo(PodMigrationPhase.Failed);
            assertThat(status.getFailure().getMessage())
                    .contains("started anew, without its memory", "3 attempts");
            assertThat(status.getFailure().getLog()).as("error lines of CRIU").isNotEmpty();
            assertThat(runtime.restores()).isEqualTo(3);
            playground.awaitReady("echo");
            assertThat(playground.pod("echo").getSpec().getNodeName()).isEqualTo(NODE_B);
            expectOneCopy(playground, NODE_B);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {NODE_A, NODE_B})
    void an_agent_that_is_killed_when_the_source_is_gone_costs_a_pause_and_no_memory(
            String killed, Playground playground, Moves moves) throws IOException {
        Pod pod = playground.start(TestPods.echo("echo", NODE_A));
        Lab lab = playground.lab();
        try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT);
                FaultyRuntime runtime = FaultyRuntime.on(lab, NODE_B).hold()) {
            client.expectAnswers(100);
            String migration = moves.begin("echo", NODE_B, KeptNameE2E::keepName);
            runtime.awaitRestore();
            new Agent(lab, killed).kill();
            runtime.release();

            PodMigrationStatus end = moves.awaitEnd(migration);

            assertThat(end.getPhase())
                    .as("%s", end.getFailure())
                    .isEqualTo(PodMigrationPhase.Succeeded);
            client.expectAnswers(200);
            client.expectMemoryIntact();
            expectOneCopy(playground, NODE_B);
        } finally {
            new Agent(lab, killed).awaitReady();
        }
    }

    private static void keepName(PodMigrationSpec spec) {
        spec.getTarget().setPodName(PodNameMode.Keep);
    }

    private static void expectOneCopy(Playground playground, String node) {
        await("one copy, on " + node)
                .atMost(Duration.ofMinutes(1))
                .untilAsserted(
                        () ->
                                assertThat(Copies.of(playground.lab()))
                                        .singleElement()
                                        .asString()
                                        .startsWith(node));
    }

    private static void expectStarts(Playground playground, int count) {
        assertThat(playground.kubectl("logs", "echo").orFail().lines())
                .filteredOn(line -> line.startsWith(EchoServer.STARTED))
                .hasSize(count);
    }
}
