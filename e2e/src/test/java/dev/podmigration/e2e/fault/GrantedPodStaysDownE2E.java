package dev.podmigration.e2e.fault;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.lab.Agent;
import dev.podmigration.e2e.lab.FaultyRuntime;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Operator;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;

import io.fabric8.kubernetes.api.model.Pod;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;

/**
 * The source's node loses power when its pod runs on the target already, and is back before anybody
 * has deleted the pod: its kubelet wants to start it once more.
 */
@OnLab
@Order(11)
final class GrantedPodStaysDownE2E {

    @Test
    void a_node_that_comes_back_does_not_start_what_it_has_given_away(
            Playground playground, Moves moves) throws IOException {
        Lab lab = playground.lab();
        Operator operator = new Operator(lab);
        Pod pod = playground.start(TestPods.leasing("echo", NODE_A));
        try (LeaseWatch leases = new LeaseWatch(lab.cgroups());
                EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT)) {
            client.expectAnswers(100);
            String migration = grantWithoutOperator(playground, moves, operator);
            try {
                client.expectAnswers(100);

                lab.run("power", NODE_A, "off").orFail();
                lab.run("power", NODE_A, "on").orFail();
                awaitRefusal(playground);

                await("one copy runs")
                        .atMost(Duration.ofMinutes(1))
                        .untilAsserted(
                                () -> assertThat(leases.running()).as(leases::text).hasSize(1));
                assertThat(leases.two()).isEmpty();
                assertThat(hooks(lab)).contains(pod.getMetadata().getUid());
            } finally {
                operator.back();
                new Agent(lab, NODE_A).awaitReady();
            }
            assertThat(moves.awaitEnd(migration).getPhase()).isEqualTo(PodMigrationPhase.Succeeded);
            playground.awaitGone("echo");
            client.expectAnswers(100);
            client.expectMemoryIntact();
            assertThat(leases.two()).isEmpty();
            assertThat(hooks(lab)).isEmpty();
        }
    }

    /** Both agents do their part, and nobody deletes the source. */
    private static String grantWithoutOperator(
            Playground playground, Moves moves, Operator operator) {
        try (FaultyRuntime runtime = FaultyRuntime.on(playground.lab(), NODE_B).hold()) {
            String migration =
                    moves.begin("echo", NODE_B, spec -> spec.getLimits().setFreezeSeconds(60));
            runtime.awaitRestore();
            operator.away();
            runtime.release();
            await("the source's agent has granted")
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> isGranted(playground));
            return migration;
        }
    }

    private static boolean isGranted(Playground playground) {
        return playground
                .client()
                .resources(PodCheckpoint.class)
                .inNamespace(playground.namespace())
                .list()
                .getItems()
                .stream()
                .anyMatch(
                        checkpoint ->
                                checkpoint.getStatus().getPhase() == PodCheckpointPhase.Granted);
    }

    /** The kubelet has tried, and tells what crun answered. */
    private static void awaitRefusal(Playground playground) {
        await("the kubelet of " + NODE_A + " is refused the pod")
                .atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofSeconds(1))
                .until(
                        () ->
                                playground
                                        .client()
                                        .v1()
                                        .events()
                                        .inNamespace(playground.namespace())
                                        .list()
                                        .getItems()
                                        .stream()
                                        .filter(
                                                event ->
                                                        "echo"
                                                                .equals(
                                                                        event.getInvolvedObject()
                                                                                .getName()))
                                        .anyMatch(
                                                event ->
                                                        event.getMessage()
                                                                .contains("error executing hook")));
    }

    private static String hooks(Lab lab) {
        return lab.onNode(NODE_A, "ls /usr/share/containers/oci/hooks.d | grep podmigration || :")
                .strip();
    }
}
