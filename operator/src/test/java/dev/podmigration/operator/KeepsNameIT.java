package dev.podmigration.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationSpec;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PodNameMode;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;
import dev.podmigration.operator.fakes.Stage;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.stream.Stream;

/** The source pod is deleted before the target can be made: there is a moment without any pod. */
@ExtendWith(ApiServerExtension.class)
class KeepsNameIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Stage stage;
    private Pod source;

    @BeforeEach
    void start(ApiServer server) {
        stage = new Stage(server);
        stage.startOperator();
        source = stage.runPod("app");
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    @Test
    void thePodHasItsNameOnTheOtherNode() {
        PodMigration ended = stage.awaitEnd(migrate());

        PodMigrationStatus status = ended.getStatus();
        assertThat(status.getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.Succeeded);
        assertThat(stage.pods()).hasSize(1);
        Pod target = stage.pods().getFirst();
        assertThat(target.getMetadata().getName()).isEqualTo("app");
        assertThat(target.getMetadata().getUid())
                .isNotEqualTo(source.getMetadata().getUid())
                .isEqualTo(status.getTarget().getPodUid());
        assertThat(target.getSpec().getNodeName()).isEqualTo(stage.target());
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
        assertThat(status.getFreeze().getMilliseconds()).isNotNegative();
        assertThat(status.getFreeze().getEnd()).isNotNull();
        assertThat(status.getPreparedPod()).isNull();
        assertThat(status.getAddressesKept()).containsExactly("10.88.0.10/16");
    }

    @Test
    void thePlanSaysWhatItCosts() {
        PodMigration ended =
                stage.awaitEnd(
                        stage.migrate(
                                "app",
                                spec -> {
                                    keepName(spec);
                                    spec.setDryRun(true);
                                }));

        assertThat(ended.getStatus().getStrategy().getReasons())
                .anySatisfy(
                        reason ->
                                assertThat(reason).contains("is deleted", "freeze", "no way back"));
        assertThat(stage.places()).containsEntry("app", stage.source());
    }

    @Test
    void theSourceIsNotDeletedBeforeTheTargetHasTheGrant() {
        stage.agents().hold(PodRestorePhase.Granted);
        PodMigration migration = migrate();
        stage.awaitPhase(migration, PodMigrationPhase.Restoring);
        Awaitility.await().atMost(PATIENCE).until(() -> checkpointIs(PodCheckpointPhase.Granted));

        assertThat(stage.pods()).singleElement().satisfies(this::isUntouched);

        stage.agents().release(PodRestorePhase.Granted);
        assertThat(stage.awaitEnd(migration).getStatus().getPhase())
                .isEqualTo(PodMigrationPhase.Succeeded);
    }

    static Stream<Arguments> moments() {
        return Stream.of(
                Arguments.of(PodCheckpointPhase.Inspected, PodMigrationPhase.Preflight),
                Arguments.of(PodRestorePhase.Accepted, PodMigrationPhase.Preparing),
                Arguments.of(PodCheckpointPhase.Prepared, PodMigrationPhase.Preparing),
                Arguments.of(PodCheckpointPhase.Frozen, PodMigrationPhase.Armed),
                Arguments.of(PodCheckpointPhase.Granted, PodMigrationPhase.Frozen));
    }

    @ParameterizedTest
    @MethodSource("moments")
    void beforeTheGrantItCanBeCancelled(Enum<?> held, PodMigrationPhase phase) {
        stage.agents().hold(held);
        PodMigration migration = stage.awaitPhase(migrate(), phase);

        stage.cancel(migration);

        PodMigration ended = stage.awaitEnd(migration);
        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.Cancelled);
        assertThat(stage.pods()).singleElement().satisfies(this::isUntouched);
        assertThat(stage.halves()).isEmpty();
        assertThat(ended.getStatus().getPreparedPod()).isNull();
    }

    @Test
    void afterwardsItCannot() {
        stage.agents().hold(PodRestorePhase.Committed);
        PodMigration migration = stage.awaitPhase(migrate(), PodMigrationPhase.Committed);

        stage.cancel(migration);
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> stage.events(migration).contains("CancelRefused"));
        stage.agents().release(PodRestorePhase.Committed);

        assertSucceeded(stage.awaitEnd(migration));
    }

    /** The wish to cancel and the grant cross: the pod comes, although its restore has the goal. */
    @Test
    void aGrantThatOvertakesTheWishToCancelWins() {
        stage.agents().hold(PodRestorePhase.Granted);
        PodMigration migration = stage.awaitPhase(migrate(), PodMigrationPhase.Restoring);
        stage.stopOperator();
        stage.agents().release(PodRestorePhase.Granted);
        Awaitility.await().atMost(PATIENCE).until(() -> restoreIs(PodRestorePhase.Granted));
        stage.client()
                .resources(PodRestore.class)
                .inNamespace(stage.namespace())
                .withName(stage.get(migration).getStatus().getRestoreName())
                .edit(
                        restore -> {
                            restore.getSpec().setGoal(RestoreGoal.Cancel);
                            return restore;
                        });
        stage.startOperator();

        assertSucceeded(stage.awaitEnd(migration));
    }

    @Test
    void aTargetThatFailsBeforeItHasTheGrantCostsNothing() {
        stage.agents().failAt(PodRestorePhase.Granted, FailureReason.TargetFull);

        PodMigration ended = stage.awaitEnd(migrate());

        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.RolledBack);
        assertThat(ended.getStatus().getFailure().getReason()).isEqualTo(FailureReason.TargetFull);
        assertThat(stage.pods()).singleElement().satisfies(this::isUntouched);
    }

    @Test
    void aPodThatIsStartedAnewIsAFailureThatSaysSo() {
        stage.agents().loseMemory();

        PodMigration ended = stage.awaitEnd(migrate());

        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.Failed);
        assertThat(ended.getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.RestoreFailed);
        assertThat(ended.getStatus().getConditions())
                .filteredOn(condition -> "Ready".equals(condition.getType()))
                .singleElement()
                .satisfies(ready -> assertThat(ready.getMessage()).doesNotContain("Nothing was"));
        assertThat(stage.places()).containsOnlyKeys("app").containsValue(stage.target());
    }

    @Test
    void aPodThatFindsNoPlaceAfterTheDeletionIsWaitedFor() {
        stage.kubelet().refuseToSchedule("0/2 nodes are available: 1 Insufficient cpu");
        PodMigration migration = migrate();
        Awaitility.await()
                .atMost(PATIENCE)
                .until(
                        () ->
                                stage.get(migration).getStatus().getConditions().stream()
                                        .anyMatch(
                                                condition ->
                                                        "Stalled".equals(condition.getType())));
        assertThat(stage.get(migration).getStatus().getPhase())
                .isEqualTo(PodMigrationPhase.Committed);

        stage.kubelet().schedule();

        assertSucceeded(stage.awaitEnd(migration));
    }

    /** Under another name, because the source still has this one. */
    @Test
    void aPodThatTheApiServerWouldRefuseIsNotEvenFrozen() {
        stage.client()
                .resource(
                        new ResourceQuotaBuilder()
                                .withNewMetadata()
                                .withName("none")
                                .withNamespace(stage.namespace())
                                .endMetadata()
                                .withNewSpec()
                                .addToHard("pods", new Quantity("0"))
                                .endSpec()
                                .build())
                .create();
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(
                        () -> {
                            stage.client()
                                    .resourceQuotas()
                                    .inNamespace(stage.namespace())
                                    .withName("none")
                                    .editStatus(
                                            quota -> {
                                                quota.setStatus(
                                                        new io.fabric8.kubernetes.api.model
                                                                        .ResourceQuotaStatusBuilder()
                                                                .addToHard(
                                                                        "pods", new Quantity("0"))
                                                                .addToUsed(
                                                                        "pods", new Quantity("0"))
                                                                .build());
                                                return quota;
                                            });
                        });

        PodMigration ended = stage.awaitEnd(migrate());

        assertThat(ended.getStatus().getFailure().getReason())
                .as(() -> stage.report(ended))
                .isEqualTo(FailureReason.TargetUnschedulable);
        assertThat(ended.getStatus().getFailure().getMessage()).contains("quota");
        assertThat(stage.pods()).singleElement().satisfies(this::isUntouched);
    }

    @Test
    void aMovedPodMovesOnWithAllItsReservations() {
        assertSucceeded(stage.awaitEnd(migrate()));

        PodMigration second =
                stage.awaitEnd(
                        stage.migrate(
                                "app",
                                spec -> {
                                    keepName(spec);
                                    spec.getTarget().setNodeName(stage.source());
                                }));

        assertThat(second.getStatus().getPhase())
                .as(() -> stage.report(second))
                .isEqualTo(PodMigrationPhase.Succeeded);
        assertThat(stage.places()).containsOnlyKeys("app").containsValue(stage.source());
        assertThat(stage.halves())
                .filteredOn(PodCheckpoint.class::isInstance)
                .hasSize(2)
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

    private PodMigration migrate() {
        return stage.migrate("app", KeepsNameIT::keepName);
    }

    private static void keepName(PodMigrationSpec spec) {
        spec.getTarget().setPodName(PodNameMode.Keep);
    }

    private void isUntouched(Pod pod) {
        assertThat(pod.getMetadata().getUid()).isEqualTo(source.getMetadata().getUid());
        assertThat(pod.getMetadata().getDeletionTimestamp()).isNull();
    }

    private void assertSucceeded(PodMigration ended) {
        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.Succeeded);
        assertThat(stage.places()).containsOnlyKeys("app").containsValue(stage.target());
    }

    private boolean checkpointIs(PodCheckpointPhase phase) {
        return stage.halves().stream()
                .anyMatch(
                        half ->
                                half instanceof PodCheckpoint checkpoint
                                        && checkpoint.getStatus() != null
                                        && checkpoint.getStatus().getPhase() == phase);
    }

    private boolean restoreIs(PodRestorePhase phase) {
        return stage.halves().stream()
                .anyMatch(
                        half ->
                                half instanceof PodRestore restore
                                        && restore.getStatus() != null
                                        && restore.getStatus().getPhase() == phase);
    }
}
