package dev.podmigration.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.agent.metrics.AgentMetrics;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** PodRestores of a real API server, carried out by a node that is played. */
@ExtendWith(ApiServerExtension.class)
class RestoreHalfIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final KubernetesClient client;
    private final String namespace;
    private final String node = "node-" + UUID.randomUUID();
    private final FakeTarget target = new FakeTarget();
    private final HalfController<PodRestore> controller;

    RestoreHalfIT(ApiServer server) {
        client = server.client();
        namespace = server.newNamespace("restores");
        controller =
                new HalfController<>(
                        client, node, new RestoreHalf(client, target, new AgentMetrics()));
    }

    @BeforeEach
    void startTheAgent() {
        controller.start();
    }

    @AfterEach
    void stopTheAgent() {
        controller.close();
    }

    @Test
    void a_restore_waits_until_it_names_its_pod() {
        create(RestoreGoal.Restore);
        await().atMost(LIMIT)
                .until(() -> !resource().get().getMetadata().getFinalizers().isEmpty());
        assertThat(target.asked()).isEmpty();

        set("podUid", UUID.randomUUID().toString());

        awaitPhase(PodRestorePhase.Restoring);
        assertThat(target.asked()).startsWith("accept", "bind");
    }

    @Test
    void a_pod_is_received_before_it_exists() {
        create(RestoreGoal.Receive);
        awaitPhase(PodRestorePhase.Accepted);
        assertThat(target.asked()).containsExactly("accept");

        set("podUid", UUID.randomUUID().toString());

        awaitPhase(PodRestorePhase.Restoring);
        assertThat(target.asked()).contains("bind");
    }

    @Test
    void a_restore_that_never_got_a_pod_can_be_cancelled_and_deleted() {
        create(RestoreGoal.Restore);

        set("goal", "Cancel");

        awaitPhase(PodRestorePhase.Cancelled);
        resource().delete();
        await().atMost(LIMIT).until(() -> resource().get() == null);
        assertThat(target.asked()).containsExactly("cancel", "forget");
    }

    private void create(RestoreGoal goal) {
        PodRestore restore = new PodRestore();
        restore.setMetadata(
                new ObjectMetaBuilder().withNamespace(namespace).withName("move").build());
        restore.getSpec().setPodName("pod");
        restore.getSpec().setNodeName(node);
        restore.getSpec().setCheckpointName("move");
        restore.getSpec().setSourceNodeName("source-of-" + node);
        restore.getSpec().setGoal(goal);
        restore.getSpec().setContainers(List.of("main"));
        client.resource(restore).create();
    }

    /** Whatever the agent writes meanwhile. */
    private void set(String field, String value) {
        resource()
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"spec\":{\"%s\":\"%s\"}}".formatted(field, value));
    }

    private void awaitPhase(PodRestorePhase phase) {
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(resource().get().getStatus().getPhase()).isEqualTo(phase));
    }

    private Resource<PodRestore> resource() {
        return client.resources(PodRestore.class).inNamespace(namespace).withName("move");
    }
}
