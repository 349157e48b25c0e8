package dev.podmigration.e2e.failure;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.lab.Agent;
import dev.podmigration.e2e.lab.FaultyRuntime;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.NodeImage;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Map;

@OnLab
@Order(7)
final class RefusedE2E {
    @Test
    void wishes_that_make_no_sense_are_refused_before_anything_is_touched(
            Playground playground, Moves moves) throws IOException {
        Pod pod = playground.start(TestPods.echo("echo", NODE_A));
        try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT)) {
            moves.fail("nobody", NODE_B, FailureReason.PodNotFound, spec -> {});
            moves.fail("echo", "node-z", FailureReason.NodeNotFound, spec -> {});
            moves.fail("echo", NODE_A, FailureReason.SameNode, spec -> {});
            client.expectAnswers(50);
        }
    }

    @Test
    void pods_that_are_tied_to_their_node_are_refused(Playground playground, Moves moves) {
        Pod onHost =
                new PodBuilder(TestPods.echo("on-host", NODE_A))
                        .editSpec()
                        .withHostNetwork(true)
                        .endSpec()
                        .build();
        playground.start(onHost);
        moves.fail("on-host", NODE_B, FailureReason.HostNetwork, spec -> {});
        Pod withPath =
                new PodBuilder(TestPods.echo("with-path", NODE_A))
                        .editSpec()
                        .addNewVolume()
                        .withName("path")
                        .withNewHostPath()
                        .withPath("/var/log")
                        .endHostPath()
                        .endVolume()
                        .editFirstContainer()
                        .addNewVolumeMount()
                        .withName("path")
                        .withMountPath("/path")
                        .endVolumeMount()
                        .endContainer()
                        .endSpec()
                        .build();
        playground.start(withPath);
        moves.fail("with-path", NODE_B, FailureReason.HostPathVolume, spec -> {});
    }

    @Test
    void a_cordoned_node_gets_nothing(Playground playground, Moves moves) {
        playground.start(TestPods.echo("echo", NODE_A));
        cordon(playground, true);
        try {
            moves.fail("echo", NODE_B, FailureReason.NodeCordoned, spec -> {});
        } finally {
            cordon(playground, false);
        }
    }

    private static void cordon(Playground playground, boolean cordoned) {
        playground
                .client()
                .nodes()
                .withName(NODE_B)
                .edit(
                        (Node node) -> {
                            node.getSpec().setUnschedulable(cordoned ? true : null);
                            return node;
                        });
    }

    @Test
    void an_image_that_the_target_cannot_get_ends_the_move_before_the_freeze(
            Playground playground, Moves moves) throws IOException {
        try (NodeImage image = NodeImage.onlyOn(playground.lab(), NODE_A)) {
            Pod pod = TestPods.echo("echo", NODE_A);
            pod.getSpec().getContainers().getFirst().setImage(image.name());
            Pod started = playground.start(pod);
            try (EchoClient client =
                    EchoClient.connect(started.getStatus().getPodIP(), ECHO_PORT)) {
                PodMigrationStatus status =
                        moves.fail("echo", NODE_B, FailureReason.ImageMissing, spec -> {});
                assertThat(Moves.wasFrozen(status)).isFalse();
                client.expectAnswers(50);
            }
            playground.client().pods().inNamespace(playground.namespace()).delete();
            playground.awaitGone("echo");
        }
    }

    @Test
    void a_target_without_room_for_the_pod_gets_nothing(Playground playground, Moves moves) {
        Pod pod =
                new PodBuilder(TestPods.echo("echo", NODE_A))
                        .editSpec()
                        .editFirstContainer()
                        .withNewResources()
                        .withRequests(Map.of("memory", new Quantity("512Mi")))
                        .endResources()
                        .endContainer()
                        .endSpec()
                        .build();
        playground.start(pod);
        long free = memoryLeft(playground);
        Pod filler =
                new PodBuilder(TestPods.echo("filler", NODE_B))
                        .editSpec()
                        .editFirstContainer()
                        .withNewResources()
                        .withRequests(
                                Map.of("memory", new Quantity(String.valueOf(free - (64 << 20)))))
                        .endResources()
                        .endContainer()
                        .endSpec()
                        .build();
        playground.start(filler);
        PodMigrationStatus status =
                moves.awaitEnd(
                        moves.begin("echo", NODE_B, spec -> spec.getLimits().setTotalSeconds(60)));
        assertThat(status.getFailure()).isNotNull();
        assertThat(status.getFailure().getReason())
                .isIn(FailureReason.TargetUnschedulable, FailureReason.TargetMemoryTooSmall);
        assertThat(Moves.wasFrozen(status)).isFalse();
    }

    /** Memory of the target that no pod has asked for. */
    private static long memoryLeft(Playground playground) {
        Node node = playground.client().nodes().withName(NODE_B).get();
        long allocatable = bytes(node.getStatus().getAllocatable());
        long asked =
                playground.client().pods().inAnyNamespace().list().getItems().stream()
                        .filter(pod -> NODE_B.equals(pod.getSpec().getNodeName()))
                        .flatMap(pod -> pod.getSpec().getContainers().stream())
                        .filter(container -> container.getResources() != null)
                        .mapToLong(container -> bytes(container.getResources().getRequests()))
                        .sum();
        return allocatable - asked;
    }

    private static long bytes(Map<String, Quantity> resources) {
        Quantity memory = resources == null ? null : resources.get("memory");
        return memory == null ? 0 : memory.getNumericalAmount().longValue();
    }

    @Test
    void an_agent_that_does_not_answer_ends_the_move(Playground playground, Moves moves)
            throws IOException {
        Pod pod = playground.start(TestPods.echo("echo", NODE_A));
        Agent target = new Agent(playground.lab(), NODE_B);
        target.stop();
        try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT)) {
            PodMigrationStatus status =
                    moves.awaitEnd(
                            moves.begin(
                                    "echo", NODE_B, spec -> spec.getLimits().setTotalSeconds(40)));
            assertThat(status.getFailure()).isNotNull();
            assertThat(status.getFailure().getReason())
                    .isIn(
                            FailureReason.AgentUnreachable,
                            FailureReason.NoProvedAgent,
                            FailureReason.TotalLimitExceeded);
            client.expectAnswers(50);
        } finally {
            target.goOn();
            target.awaitReady();
        }
    }

    @Test
    void a_second_wish_for_the_same_pod_is_refused_and_the_first_goes_on(
            Playground playground, Moves moves) throws IOException {
        Pod pod = playground.start(TestPods.echo("echo", NODE_A));
        try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT);
                FaultyRuntime runtime = FaultyRuntime.on(playground.lab(), NODE_B).hold()) {
            String first =
                    moves.begin("echo", NODE_B, spec -> spec.getLimits().setFreezeSeconds(60));
            runtime.awaitRestore();
            moves.fail("echo", NODE_B, FailureReason.AlreadyMigrating, spec -> {});
            runtime.release();
            assertThat(moves.awaitEnd(first).getPhase()).isEqualTo(PodMigrationPhase.Succeeded);
            client.expectAnswers(100);
        }
    }

    @Test
    void a_cancelled_move_lets_the_source_go_on(Playground playground, Moves moves)
            throws IOException {
        Pod pod = playground.start(TestPods.echo("echo", NODE_A));
        try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT);
                FaultyRuntime runtime = FaultyRuntime.on(playground.lab(), NODE_B).hold()) {
            client.expectAnswers(50);
            String migration =
                    moves.begin("echo", NODE_B, spec -> spec.getLimits().setFreezeSeconds(60));
            runtime.awaitRestore();
            moves.cancel(migration);
            client.expectAnswers(50);
            runtime.release();
            assertThat(moves.awaitEnd(migration).getPhase()).isEqualTo(PodMigrationPhase.Cancelled);
            client.expectAnswers(100);
            assertThat(playground.pod("echo").getSpec().getNodeName()).isEqualTo(NODE_A);
        }
    }

    @Test
    void a_target_whose_memory_disk_runs_full_while_images_arrive_gives_the_pod_back(
            Playground playground, Moves moves) throws IOException {
        Pod pod = playground.start(TestPods.echo("echo", NODE_A, 192, 0));
        try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT)) {
            client.expectAnswers(50);
            String migration = moves.begin("echo", NODE_B, spec -> {});
            // The memory for the images is taken, and nothing is left for what arrives beside it:
            // as if others had taken that meanwhile.
            playground
                    .lab()
                    .onNode(
                            NODE_B,
                            """
                            until disk=$(grep -o '/run/podmigration/restores/[0-9a-f-]*' /proc/mounts); do
                                sleep 0.02
                            done
                            size() { stat -c %s "$disk/.room" 2>/dev/null || echo 0; }
                            before=-1
                            until [ -n "$(ls "$disk"/echo/armed.* 2>/dev/null)" ] && [ "$before" = "$(size)" ]; do
                                before=$(size)
                                sleep 0.05
                            done
                            used=$(df --block-size=1 --output=used "$disk" | tail -n 1)
                            mount -o "remount,size=$((used + 16384))" "$disk"
                            """);
            PodMigrationStatus status = moves.awaitEnd(migration);
            assertThat(status.getFailure()).isNotNull();
            assertThat(status.getFailure().getReason()).isEqualTo(FailureReason.TargetFull);
            client.expectAnswers(100);
        }
    }
}
