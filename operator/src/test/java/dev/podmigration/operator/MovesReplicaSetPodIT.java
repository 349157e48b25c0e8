package dev.podmigration.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;
import dev.podmigration.operator.fakes.ControllerManager;
import dev.podmigration.operator.fakes.Stage;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * With the ReplicaSet controller of Kubernetes itself: the set ends with the target and never with
 * another count.
 */
@ExtendWith(ApiServerExtension.class)
class MovesReplicaSetPodIT {

    private Stage stage;
    private ControllerManager controllers;

    @BeforeEach
    void start(ApiServer server) throws IOException, InterruptedException {
        Optional<Path> program = ControllerManager.program();
        Assumptions.assumeTrue(program.isPresent(), "no kube-controller-manager");
        stage = new Stage(server);
        controllers = ControllerManager.start(program.get(), server);
        stage.startOperator();
    }

    @AfterEach
    void stop() {
        if (stage != null) {
            stage.close();
            controllers.close();
        }
    }

    @Test
    void theSetEndsWithTheTargetAsItsMember() {
        ReplicaSet set = createSet(3, "pod-template-hash");
        String moved = members(set).getFirst().getMetadata().getName();
        List<String> others = names(set).stream().filter(name -> !name.equals(moved)).toList();

        PodMigration ended = stage.awaitEnd(stage.migrate(moved));

        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.Succeeded);
        String target = ended.getStatus().getTarget().getPodName();
        // The same others: the set deleted the source and nobody else, and made no new one.
        assertThat(names(set)).contains(target).containsAll(others).hasSize(3);
        assertThat(stage.pods()).hasSize(3);
        assertThat(member(set, target).getMetadata().getLabels())
                .containsEntry("pod-template-hash", "5d4f8");
        assertThat(member(set, target).getMetadata().getAnnotations())
                .doesNotContainKeys(
                        "controller.kubernetes.io/pod-deletion-cost",
                        "podmigration.dev/withheld-labels",
                        "podmigration.dev/owner",
                        "podmigration.dev/switched-at");
    }

    @Test
    void aMemberThatIsMadeAnewTakesThePlaceOfTheOldOne() {
        ReplicaSet set = createSet(3, "pod-template-hash");
        String moved = members(set).getFirst().getMetadata().getName();
        stage.client()
                .pods()
                .inNamespace(stage.namespace())
                .withName(moved)
                .edit(
                        pod ->
                                new PodBuilder(pod)
                                        .editMetadata()
                                        .addToAnnotations(
                                                "workload.podmigration.dev/stateless", "true")
                                        .endMetadata()
                                        .build());
        List<String> others = names(set).stream().filter(name -> !name.equals(moved)).toList();

        PodMigration ended =
                stage.awaitEnd(stage.migrate(moved, spec -> spec.setStrategy(Strategy.Recreate)));

        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.Succeeded);
        assertThat(names(set))
                .contains(ended.getStatus().getTarget().getPodName())
                .containsAll(others)
                .hasSize(3);
        assertThat(stage.pods()).hasSize(3);
    }

    @Test
    void beforeTheCommitTheSetDoesNotSeeTheTarget() {
        ReplicaSet set = createSet(2, "app");
        String moved = members(set).getFirst().getMetadata().getName();
        stage.agents().hold(PodCheckpointPhase.Granted);

        PodMigration migration =
                stage.awaitPhase(stage.migrate(moved), PodMigrationPhase.Restoring);

        assertThat(stage.pods()).hasSize(3);
        assertThat(names(set)).hasSize(2).contains(moved);
        stage.agents().release(PodCheckpointPhase.Granted);
        PodMigration ended = stage.awaitEnd(migration);
        assertThat(names(set)).hasSize(2).contains(ended.getStatus().getTarget().getPodName());
    }

    @Test
    void aSetThatGrowsMeanwhileHasItsNewCount() {
        ReplicaSet set = createSet(2, "pod-template-hash");
        String moved = members(set).getFirst().getMetadata().getName();
        stage.agents().hold(PodCheckpointPhase.Granted);
        PodMigration migration =
                stage.awaitPhase(stage.migrate(moved), PodMigrationPhase.Restoring);

        scale(set, 4);
        stage.agents().release(PodCheckpointPhase.Granted);
        PodMigration ended = stage.awaitEnd(migration);

        assertThat(ended.getStatus().getPhase()).isEqualTo(PodMigrationPhase.Succeeded);
        awaitMembers(set, 4);
        assertThat(names(set))
                .contains(ended.getStatus().getTarget().getPodName())
                .doesNotContain(moved);
    }

    @Test
    void aSetThatShrinksMeanwhileHasItsNewCount() {
        ReplicaSet set = createSet(3, "pod-template-hash");
        String moved = members(set).getFirst().getMetadata().getName();
        stage.agents().hold(PodCheckpointPhase.Granted);
        PodMigration migration =
                stage.awaitPhase(stage.migrate(moved), PodMigrationPhase.Restoring);

        // Switched while the set wants one less: two of the four have to go, the source among them.
        stage.agents().release(PodCheckpointPhase.Granted);
        scale(set, 2);
        stage.awaitEnd(migration);

        awaitMembers(set, 2);
        assertThat(names(set)).doesNotContain(moved);
        assertThat(stage.pods()).hasSize(2);
    }

    @Test
    void aMoveThatIsUndoneLeavesTheSetAsItWas() {
        ReplicaSet set = createSet(2, "pod-template-hash");
        List<String> before = names(set);
        stage.agents().failAt(PodCheckpointPhase.Granted, FailureReason.RestoreFailed);

        PodMigration ended = stage.awaitEnd(stage.migrate(before.getFirst()));

        assertThat(ended.getStatus().getPhase()).isEqualTo(PodMigrationPhase.RolledBack);
        assertThat(names(set)).containsExactlyElementsOf(before);
        assertThat(stage.pods()).hasSize(2);
    }

    @Test
    void theReservationGoesWhenTheTargetGoes() {
        stage.runPod("bare");
        PodMigration ended = stage.awaitEnd(stage.migrate("bare"));
        assertThat(stage.halves()).hasSize(2);

        stage.client()
                .pods()
                .inNamespace(stage.namespace())
                .withName(ended.getStatus().getTarget().getPodName())
                .delete();

        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> stage.halves().isEmpty());
    }

    private ReplicaSet createSet(int replicas, String secondLabel) {
        ReplicaSet set =
                stage.client()
                        .resource(
                                new ReplicaSetBuilder()
                                        .withNewMetadata()
                                        .withName("web")
                                        .withNamespace(stage.namespace())
                                        .endMetadata()
                                        .withNewSpec()
                                        .withReplicas(replicas)
                                        .withNewSelector()
                                        .addToMatchLabels("app", "web")
                                        .addToMatchLabels(
                                                secondLabel,
                                                secondLabel.equals("app") ? "web" : "5d4f8")
                                        .endSelector()
                                        .withNewTemplate()
                                        .withNewMetadata()
                                        .addToLabels("app", "web")
                                        .addToLabels(
                                                secondLabel,
                                                secondLabel.equals("app") ? "web" : "5d4f8")
                                        .endMetadata()
                                        .withNewSpec()
                                        .withNodeName(stage.source())
                                        .addNewContainer()
                                        .withName("main")
                                        .withImage("example.org/web:1")
                                        .endContainer()
                                        .endSpec()
                                        .endTemplate()
                                        .endSpec()
                                        .build())
                        .create();
        awaitMembers(set, replicas);
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(
                        () ->
                                members(set).stream()
                                        .allMatch(
                                                pod ->
                                                        "Running"
                                                                .equals(
                                                                        pod.getStatus()
                                                                                .getPhase())));
        return set;
    }

    private void scale(ReplicaSet set, int replicas) {
        stage.client().resource(set).scale(replicas);
    }

    private void awaitMembers(ReplicaSet set, int count) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> members(set).size() == count);
    }

    /** Pods that the set counts. */
    private List<Pod> members(ReplicaSet set) {
        return stage.pods().stream()
                .filter(Predicate.not(HasMetadata::isMarkedForDeletion))
                .filter(
                        pod ->
                                pod.getMetadata().getOwnerReferences().stream()
                                        .anyMatch(
                                                owner ->
                                                        owner.getUid()
                                                                .equals(
                                                                        set.getMetadata()
                                                                                .getUid())))
                .toList();
    }

    private Pod member(ReplicaSet set, String name) {
        return members(set).stream()
                .filter(pod -> pod.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private List<String> names(ReplicaSet set) {
        return members(set).stream().map(pod -> pod.getMetadata().getName()).toList();
    }
}
