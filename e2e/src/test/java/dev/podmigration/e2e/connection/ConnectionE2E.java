package dev.podmigration.e2e.connection;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.AddressMode;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Map;

@OnLab
@Order(1)
final class ConnectionE2E {
    @Test
    void a_connection_from_outside_lives_through_a_move_and_a_move_back(
            Playground playground, Moves moves) throws IOException {
        Pod pod = playground.start(TestPods.echo("echo", NODE_A));
        String address = pod.getStatus().getPodIP();
        try (EchoClient client = EchoClient.connect(address, ECHO_PORT)) {
            client.expectAnswers(100);
            client.gaps().clear();
            PodMigrationStatus there = moves.succeed("echo", NODE_B);
            client.expectAnswers(100);
            client.expectMemoryIntact();
            String moved = Moves.targetPod(there);
            assertThat(playground.pod(moved).getSpec().getNodeName()).isEqualTo(NODE_B);
            assertThat(there.getFreeze()).isNotNull();
            System.out.println("a -> b: longest gap " + client.gaps().longest());

            client.gaps().clear();
            PodMigrationStatus back = moves.succeed(moved, NODE_A);
            client.expectAnswers(100);
            client.expectMemoryIntact();
            assertThat(playground.pod(Moves.targetPod(back)).getSpec().getNodeName())
                    .isEqualTo(NODE_A);
            System.out.println("b -> a: longest gap " + client.gaps().longest());
            try (EchoClient second = EchoClient.connect(address, ECHO_PORT)) {
                second.expectAnswers(20);
            }
        }
    }

    @Test
    void without_the_option_for_connections_the_error_of_criu_is_its_typed_reason(
            Playground playground, Moves moves) throws IOException {
        Pod pod = playground.start(TestPods.echo("echo", NODE_A));
        try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT)) {
            client.expectAnswers(100);
            PodMigrationStatus status =
                    moves.fail(
                            "echo",
                            NODE_B,
                            FailureReason.ConnectedTcpSocket,
                            spec -> {
                                spec.getCheckpoint().setTcpEstablished(false);
                                spec.getNetwork().setAddress(AddressMode.Keep);
                            });
            client.expectAnswers(100);
            assertThat(status.getFailure()).isNotNull();
            assertThat(status.getFailure().getRemedy()).contains("tcpEstablished");
            assertThat(playground.pod("echo").getSpec().getNodeName()).isEqualTo(NODE_A);
        }
    }

    @Test
    void two_containers_of_a_pod_move_together(Playground playground, Moves moves)
            throws IOException {
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
            PodMigrationStatus status = moves.succeed("pair", NODE_B);
            one.expectAnswers(100);
            two.expectAnswers(100);
            one.expectMemoryIntact();
            two.expectMemoryIntact();
            assertThat(status.getContainers()).hasSize(2);
        }
    }

    @Test
    void a_guaranteed_pod_of_another_user_moves(Playground playground, Moves moves)
            throws IOException {
        Container container = TestPods.echoContainer("echo", ECHO_PORT, 16, 4);
        Pod pod =
                new PodBuilder(TestPods.pod("guaranteed", NODE_A, container))
                        .editSpec()
                        .withNewSecurityContext()
                        .withRunAsUser(9999L)
                        .withRunAsGroup(9999L)
                        .endSecurityContext()
                        .editFirstContainer()
                        .withNewResources()
                        .withLimits(
                                Map.of(
                                        "cpu", new Quantity("500m"),
                                        "memory", new Quantity("192Mi")))
                        .endResources()
                        .endContainer()
                        .endSpec()
                        .build();
        Pod started = playground.start(pod);
        assertThat(started.getStatus().getQosClass()).isEqualTo("Guaranteed");
        try (EchoClient client = EchoClient.connect(started.getStatus().getPodIP(), ECHO_PORT)) {
            client.expectAnswers(100);
            String moved = Moves.targetPod(moves.succeed("guaranteed", NODE_B));
            client.expectAnswers(100);
            assertThat(playground.pod(moved).getStatus().getQosClass()).isEqualTo("Guaranteed");
            assertThat(playground.exec(moved, "sh", "-c", "grep ^Uid: /proc/1/status"))
                    .startsWith("Uid:\t9999\t9999");
        }
    }
}
