package dev.podmigration.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.metrics.AgentMetrics;
import dev.podmigration.agent.source.SourceAgent;
import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Peer;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodCheckpointSpec;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** PodCheckpoints of a real API server, carried out by a node that is played. */
@ExtendWith(ApiServerExtension.class)
class HalfControllerIT {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final KubernetesClient client;
    private final String namespace;
    private final String node = "node-" + UUID.randomUUID();
    private final FakeSource source = new FakeSource();
    private final AgentMetrics metrics = new AgentMetrics();
    private HalfController<PodCheckpoint> controller;

    HalfControllerIT(ApiServer server) {
        client = server.client();
        namespace = server.newNamespace("halves");
        controller =
                new HalfController<>(client, node, new CheckpointHalf(client, source, metrics));
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
    void an_object_is_carried_out_once_the_node_has_put_its_finalizer_on_it() {
        create(node);

        awaitPhase(PodCheckpointPhase.Inspected);

        PodCheckpoint found = found();
        assertThat(found.getMetadata().getFinalizers())
                .containsExactly("podmigration.dev/source-agent");
        assertThat(found.getStatus().getContainers())
                .singleElement()
                .satisfies(container -> assertThat(container.getName()).isEqualTo("main"));
        assertThat(found.getStatus().getObservedGeneration()).isEqualTo(1);
        assertThat(ready(found).getStatus()).isEqualTo("False");
        assertThat(source.asked()).containsExactly("inspect");
    }

    @Test
    void an_object_of_another_node_is_left_alone() {
        create("another-" + node);
        await().during(Duration.ofSeconds(1))
                .atMost(LIMIT)
                .until(() -> found().getMetadata().getFinalizers().isEmpty());

        assertThat(source.asked()).isEmpty();
        assertThat(controller.all()).isEmpty();
        assertThat(controller.find(namespace, "move")).isEmpty();
    }

    @Test
    void a_failure_ends_the_object_and_says_what_to_do() {
        source.failInspection(new AgentFailure(FailureReason.PodNotRunning, "It does not run"));
        create(node);

        awaitPhase(PodCheckpointPhase.Failed);

        PodCheckpoint found = found();
        assertThat(found.getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.PodNotRunning);
        assertThat(found.getStatus().getFailure().getRemedy())
                .isEqualTo(FailureReason.PodNotRunning.remedy());
        assertThat(ready(found).getReason()).isEqualTo("PodNotRunning");
        assertThat(found.getStatus().getConditions())
                .anyMatch(condition -> condition.getType().equals("Stalled"));
    }

    @Test
    void a_wish_to_roll_back_reaches_a_pod_that_is_frozen() {
        source.hangInTheFreeze();
        prepare();
        edit(spec -> spec.setGoal(CheckpointGoal.Migrate));
        awaitPhase(PodCheckpointPhase.Frozen);

        edit(spec -> spec.setGoal(CheckpointGoal.RollBack));

        awaitPhase(PodCheckpointPhase.RolledBack);
        PodCheckpoint found = found();
        assertThat(found.getStatus().getFailure().getReason()).isEqualTo(FailureReason.Cancelled);
        assertThat(found.getStatus().getFreeze().getMilliseconds()).isEqualTo(321);
        assertThat(controller.active()).isZero();
        assertThat(metrics.scrape())
                .contains(
                        "podmigration_agent_migrations_total{outcome=\"RolledBack\","
                                + "reason=\"Cancelled\",side=\"source\"} 1.0\n")
                .contains("podmigration_agent_freeze_seconds_count{outcome=\"RolledBack\"} 1\n");
        assertThat(source.asked()).containsSubsequence("migrate", "giveUp", "settle");
    }

    @Test
    void a_frozen_pod_is_brought_to_its_end_before_the_api_server_is_told_of_the_failure() {
        AtomicReference<PodCheckpoint> meanwhile = new AtomicReference<>();
        source.whenSettled(
                SourceAgent.Outcome.ROLLED_BACK, () -> meanwhile.compareAndSet(null, found()));
        source.hangInTheFreeze();
        prepare();
        edit(spec -> spec.setGoal(CheckpointGoal.Migrate));
        awaitPhase(PodCheckpointPhase.Frozen);

        source.giveUp("", new AgentFailure(FailureReason.CheckpointFailed, "CRIU said no"));

        awaitPhase(PodCheckpointPhase.RolledBack);
        assertThat(meanwhile.get().getStatus().getFailure()).isNull();
        assertThat(found().getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.CheckpointFailed);
    }

    @Test
    void that_the_pod_was_frozen_is_not_said_after_its_end() {
        prepare();
        edit(spec -> spec.setGoal(CheckpointGoal.Migrate));
        awaitPhase(PodCheckpointPhase.Granted);

        source.sayFrozen();

        assertThat(found().getStatus().getPhase()).isEqualTo(PodCheckpointPhase.Granted);
        assertThat(found().getStatus().getFreeze().getMilliseconds()).isEqualTo(321);
    }

    @Test
    void a_pod_that_an_agent_before_this_one_froze_is_not_frozen_again() {
        prepare();
        source.beginBeforeARestart();

        edit(spec -> spec.setGoal(CheckpointGoal.Migrate));

        awaitPhase(PodCheckpointPhase.RolledBack);
        assertThat(source.asked()).contains("settle").doesNotContain("migrate");
        assertThat(found().getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.AgentUnreachable);
        assertThat(found().getStatus().getFailure().getMessage()).contains("restarted");
    }

    @Test
    void a_deleted_object_stays_until_the_node_has_forgotten_it() {
        create(node);
        awaitPhase(PodCheckpointPhase.Inspected);
        source.refuseToForget(new IOException("its pod is still there"));

        resource().delete();
        await().atMost(LIMIT).until(() -> source.asked().contains("forget"));
        assertThat(found()).isNotNull();

        source.refuseToForget(null);
        await().atMost(LIMIT).until(() -> resource().get() == null);
    }

    @Test
    void a_deleted_object_stays_until_its_pod_is_gone() {
        create(node);
        awaitPhase(PodCheckpointPhase.Inspected);
        source.fence();

        resource().delete();
        await().atMost(LIMIT).until(() -> source.asked().contains("forget"));
        await().during(Duration.ofMillis(500)).atMost(LIMIT).until(() -> found() != null);

        source.lift();
        await().atMost(LIMIT).until(() -> resource().get() == null);
    }

    @Test
    void a_status_that_has_not_changed_is_not_written() {
        create(node);
        awaitPhase(PodCheckpointPhase.Inspected);
        PodCheckpoint before = found();

        new StatusWriter<>(client, PodCheckpoint.class, _ -> {})
                .update(before, status -> status.setPhase(PodCheckpointPhase.Inspected));

        assertThat(found().getMetadata().getManagedFields())
                .isEqualTo(before.getMetadata().getManagedFields());
        assertThat(found().getMetadata().getResourceVersion())
                .isEqualTo(before.getMetadata().getResourceVersion());
    }

    private void prepare() {
        create(node);
        awaitPhase(PodCheckpointPhase.Inspected);
        edit(spec -> goal(spec, CheckpointGoal.Prepare));
        awaitPhase(PodCheckpointPhase.Prepared);
    }

    private void create(String nodeName) {
        PodCheckpoint checkpoint = new PodCheckpoint();
        checkpoint.setMetadata(
                new ObjectMetaBuilder().withNamespace(namespace).withName("move").build());
        checkpoint.getSpec().setPodName("pod");
        checkpoint.getSpec().setPodUid(UUID.randomUUID().toString());
        checkpoint.getSpec().setNodeName(nodeName);
        checkpoint.getSpec().setGoal(CheckpointGoal.Inspect);
        client.resource(checkpoint).create();
    }

    private void edit(Consumer<PodCheckpointSpec> change) {
        resource()
                .edit(
                        found -> {
                            change.accept(found.getSpec());
                            return found;
                        });
    }

    private static void goal(PodCheckpointSpec spec, CheckpointGoal goal) {
        Peer peer = new Peer();
        peer.setNodeName("node-of-the-target");
        peer.setAddress("10.0.0.8:9444");
        peer.setRestoreName("move");
        spec.setPeer(peer);
        spec.setGoal(goal);
    }

    private void awaitPhase(PodCheckpointPhase phase) {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(found().getStatus().getPhase()).isEqualTo(phase));
    }

    private PodCheckpoint found() {
        return resource().get();
    }

    private Resource<PodCheckpoint> resource() {
        return client.resources(PodCheckpoint.class).inNamespace(namespace).withName("move");
    }

    private static Condition ready(PodCheckpoint found) {
        return found.getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals("Ready"))
                .findFirst()
                .orElseThrow();
    }
}
