package dev.podmigration.e2e.owner;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.client.Watch;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

@OnLab
@Order(4)
final class ReplicaSetE2E {
    @Test
    void a_replica_set_keeps_its_one_pod_and_starts_no_other(Playground playground, Moves moves)
            throws IOException {
        ReplicaSet set = playground.client().resource(replicaSet(playground)).create();
        await("the pod of the ReplicaSet")
                .atMost(Duration.ofSeconds(30))
                .until(() -> pods(playground).size() == 1);
        String name = pods(playground).getFirst().getMetadata().getName();
        Pod pod = playground.awaitReady(name);
        String node = pod.getSpec().getNodeName();

        Set<String> seen = ConcurrentHashMap.newKeySet();
        Watch watch =
                playground
                        .client()
                        .pods()
                        .inNamespace(playground.namespace())
                        .watch(new PodNames(seen));
        try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT)) {
            client.expectAnswers(100);
            String moved = Moves.targetPod(moves.succeed(name, Lab.otherNode(node)));
            client.expectAnswers(100);

            assertThat(playground.pod(moved).getMetadata().getOwnerReferences())
                    .singleElement()
                    .satisfies(
                            owner -> {
                                assertThat(owner.getUid()).isEqualTo(set.getMetadata().getUid());
                                assertThat(owner.getController()).isTrue();
                            });
            await("a ReplicaSet that counts the moved pod")
                    .atMost(Duration.ofSeconds(30))
                    .until(
                            () ->
                                    Objects.equals(
                                            1,
                                            playground
                                                    .client()
                                                    .resource(set)
                                                    .get()
                                                    .getStatus()
                                                    .getReadyReplicas()));
            assertThat(seen).as("all pods that there ever were").containsOnly(name, moved);
            assertThat(pods(playground)).hasSize(1);
            client.expectAnswers(100);
        } finally {
            watch.close();
        }
        // Deleted with its owner, as any pod of it.
        playground.client().resource(set).delete();
        await("the end of the moved pod with its ReplicaSet")
                .atMost(Duration.ofMinutes(1))
                .until(() -> pods(playground).isEmpty());
    }

    private static List<Pod> pods(Playground playground) {
        return playground.client().pods().inNamespace(playground.namespace()).list().getItems();
    }

    private static ReplicaSet replicaSet(Playground playground) {
        Pod pod = TestPods.echo("set", NODE_A);
        PodSpec spec = pod.getSpec();
        spec.setNodeName(null);
        return new ReplicaSetBuilder()
                .withNewMetadata()
                .withName("set")
                .withNamespace(playground.namespace())
                .endMetadata()
                .withNewSpec()
                .withReplicas(1)
                .withNewSelector()
                .withMatchLabels(pod.getMetadata().getLabels())
                .endSelector()
                .withNewTemplate()
                .withMetadata(pod.getMetadata())
                .withSpec(spec)
                .endTemplate()
                .endSpec()
                .build();
    }
}
