package dev.podmigration.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.Step;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;
import dev.podmigration.operator.fakes.Stage;

import io.fabric8.kubernetes.api.model.Pod;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ApiServerExtension.class)
class MigratesBarePodIT {

    private Stage stage;

    @BeforeEach
    void start(ApiServer server) {
        stage = new Stage(server);
        stage.startOperator();
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    @Test
    void thePodEndsOnTheTargetAndTheSourceIsGone() {
        stage.runPod("app");

        PodMigration migration = stage.awaitEnd(stage.migrate("app"));

        PodMigrationStatus status = migration.getStatus();
        assertThat(status.getPhase())
                .as(() -> stage.report(migration))
                .isEqualTo(PodMigrationPhase.Succeeded);
        assertThat(stage.pods()).hasSize(1);
        Pod pod = stage.pods().getFirst();
        assertThat(pod.getSpec().getNodeName()).isEqualTo(stage.target());
        assertThat(pod.getMetadata().getName())
                .startsWith("app-")
                .isEqualTo(status.getTarget().getPodName());
        assertThat(pod.getMetadata().getLabels()).containsEntry("app", "app");
        assertThat(status.getPhaseTransitions())
                .extracting(transition -> transition.getPhase())
                .containsExactly(
                        PodMigrationPhase.Preflight,
                        PodMigrationPhase.Preparing,
                        PodMigrationPhase.Armed,
                        PodMigrationPhase.Frozen,
                        PodMigrationPhase.Restoring,
                        PodMigrationPhase.Committed,
                        PodMigrationPhase.Switching,
                        PodMigrationPhase.Succeeded);
        assertThat(status.getFreeze().getMilliseconds()).isEqualTo(123);
        assertThat(status.getSteps())
                .extracting(Step::getName)
                .containsExactly("dump", "target restore", "restore", "target resume", "resume");
        assertThat(status.getAddressesKept()).containsExactly("10.88.0.10/16");
    }

    /** The target had the word to run, so the source may not, whatever came of the memory. */
    @Test
    void aPodThatIsStartedAnewAfterTheGrantIsAFailureThatSaysSo() {
        stage.runPod("app");
        stage.agents().loseMemory();

        PodMigration ended = stage.awaitEnd(stage.migrate("app"));

        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.Failed);
        assertThat(ended.getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.RestoreFailed);
        assertThat(stage.places()).hasSize(1).containsValue(stage.target());
    }

    @Test
    void theReservationOfTheAddressBelongsToTheTarget() {
        stage.runPod("app");

        PodMigration migration =
                stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.Succeeded);

        String targetUid = migration.getStatus().getTarget().getPodUid();
        PodCheckpoint checkpoint =
                stage.client()
                        .resources(PodCheckpoint.class)
                        .inNamespace(stage.namespace())
                        .withName(migration.getStatus().getCheckpointName())
                        .get();
        assertThat(checkpoint.getMetadata().getOwnerReferences())
                .singleElement()
                .satisfies(
                        owner -> {
                            assertThat(owner.getKind()).isEqualTo("Pod");
                            assertThat(owner.getUid()).isEqualTo(targetUid);
                        });
        assertThat(checkpoint.getSpec().isKeepAddresses()).isTrue();
        assertThat(checkpoint.getSpec().getOptions().getTcpEstablished()).isTrue();
        assertThat(checkpoint.getSpec().isTrimHeap()).isTrue();
    }

    @Test
    void aPodOfTwoContainersMovesAsOne() {
        stage.runPod(
                "app",
                pod ->
                        pod.editSpec()
                                .addNewContainer()
                                .withName("side")
                                .withImage("example.org/side:1")
                                .endContainer()
                                .endSpec());
        stage.agents().inside("side", container -> container.setWorkload("Process"));

        PodMigration migration =
                stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.Succeeded);

        assertThat(migration.getStatus().getContainers())
                .extracting(
                        container -> container.getName(),
                        container -> container.getOptions().getTcpEstablished())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("main", true),
                        org.assertj.core.groups.Tuple.tuple("side", null));
    }

    @Test
    void aMovedPodMovesOnAndKeepsTheFirstName() {
        stage.runPod("app");
        PodMigration first = stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.Succeeded);
        String moved = first.getStatus().getTarget().getPodName();

        PodMigration second =
                stage.awaitPhase(
                        stage.migrate(moved, spec -> spec.getTarget().setNodeName(stage.source())),
                        PodMigrationPhase.Succeeded);

        String name = second.getStatus().getTarget().getPodName();
        assertThat(name).startsWith("app-").isNotEqualTo(moved).hasSameSizeAs(moved);
        assertThat(stage.places()).containsOnlyKeys(name).containsValue(stage.source());
        // The reservations of both moves live as long as the pod that uses the address.
        assertThat(stage.halves())
                .filteredOn(PodCheckpoint.class::isInstance)
                .allSatisfy(
                        half ->
                                assertThat(half.getMetadata().getOwnerReferences())
                                        .singleElement()
                                        .satisfies(
                                                owner ->
                                                        assertThat(owner.getUid())
                                                                .isEqualTo(
                                                                        second.getStatus()
                                                                                .getTarget()
                                                                                .getPodUid())));
    }
}
