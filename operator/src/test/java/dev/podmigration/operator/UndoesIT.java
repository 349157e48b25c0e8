package dev.podmigration.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;
import dev.podmigration.operator.fakes.Stage;

import io.fabric8.kubernetes.api.model.Event;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.stream.Stream;

/** Before the commit everything can end, and then the source runs and nothing else is left. */
@ExtendWith(ApiServerExtension.class)
class UndoesIT {

    private Stage stage;

    @BeforeEach
    void start(ApiServer server) {
        stage = new Stage(server);
        stage.startOperator();
        stage.runPod("app");
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    /** The agents' phase to stop at, and the phase of the migration then. */
    static Stream<Arguments> moments() {
        return Stream.of(
                Arguments.of(PodCheckpointPhase.Inspected, PodMigrationPhase.Preflight),
                Arguments.of(PodRestorePhase.Armed, PodMigrationPhase.Preparing),
                Arguments.of(PodCheckpointPhase.Prepared, PodMigrationPhase.Preparing),
                Arguments.of(PodCheckpointPhase.Frozen, PodMigrationPhase.Armed),
                Arguments.of(PodRestorePhase.Restoring, PodMigrationPhase.Frozen),
                Arguments.of(PodCheckpointPhase.Granted, PodMigrationPhase.Restoring));
    }

    @ParameterizedTest
    @MethodSource("moments")
    void aMigrationThatIsCancelledIsUndone(Enum<?> held, PodMigrationPhase phase) {
        stage.agents().hold(held);
        PodMigration migration = stage.awaitPhase(stage.migrate("app"), phase);

        stage.cancel(migration);

        PodMigration ended = stage.awaitEnd(migration);
        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.Cancelled);
        assertThat(ended.getStatus().getFailure().getReason()).isEqualTo(FailureReason.Cancelled);
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @MethodSource("moments")
    void aMigrationThatIsDeletedIsUndone(Enum<?> held, PodMigrationPhase phase) {
        stage.agents().hold(held);
        PodMigration migration = stage.awaitPhase(stage.migrate("app"), phase);

        stage.client().resource(migration).delete();

        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> stage.get(migration) == null);
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @EnumSource(
            value = PodCheckpointPhase.class,
            names = {"Preparing", "Prepared", "Frozen", "Granted"})
    void aSourceAgentThatFailsIsHeard(PodCheckpointPhase phase) {
        stage.agents().failAt(phase, FailureReason.CheckpointFailed);

        PodMigration ended = stage.awaitEnd(stage.migrate("app"));

        assertRolledBack(ended, FailureReason.CheckpointFailed);
    }

    @ParameterizedTest
    @EnumSource(
            value = PodRestorePhase.class,
            names = {"Accepted", "Armed", "Restoring", "Committed"})
    void aTargetAgentThatFailsIsHeard(PodRestorePhase phase) {
        // At Committed the grant was given already: only the word of the target that it never ran
        // opens the way back.
        stage.agents().failAt(phase, FailureReason.TargetFull);

        PodMigration ended = stage.awaitEnd(stage.migrate("app"));

        assertRolledBack(ended, FailureReason.TargetFull);
    }

    @Test
    void anImageThatCannotBeHadIsMissing() {
        stage.kubelet().failImages("ErrImagePull");

        PodMigration ended = stage.awaitEnd(stage.migrate("app"));

        assertRolledBack(ended, FailureReason.ImageMissing);
    }

    @Test
    void aTargetPodThatTheSchedulerDoesNotWantIsUnschedulable() {
        stage.kubelet()
                .refuseToSchedule("0/2 nodes are available: 1 node(s) had untolerated taint");

        PodMigration ended = stage.awaitEnd(stage.migrate("app"));

        assertRolledBack(ended, FailureReason.TargetUnschedulable);
        assertThat(ended.getStatus().getFailure().getMessage()).contains("untolerated taint");
    }

    @Test
    void aTargetNodeThatIsFullHasTooLittleMemory() {
        stage.kubelet().refuseToSchedule("0/2 nodes are available: 1 Insufficient memory");

        PodMigration ended = stage.awaitEnd(stage.migrate("app"));

        assertRolledBack(ended, FailureReason.TargetMemoryTooSmall);
    }

    @Test
    void aLauncherThatIsNeverReachedTimesOut() {
        stage.agents().hold(PodRestorePhase.Armed);

        PodMigration ended = stage.awaitEnd(stage.migrate("app"));

        assertRolledBack(ended, FailureReason.LauncherTimeout);
    }

    @Test
    void aMigrationThatTakesTooLongIsUndone() {
        stage.agents().hold(PodCheckpointPhase.Prepared);

        PodMigration ended =
                stage.awaitEnd(
                        stage.migrate(
                                "app",
                                spec -> {
                                    spec.getLimits().setTotalSeconds(10);
                                    spec.getLimits().setFreezeSeconds(1);
                                }));

        assertRolledBack(ended, FailureReason.TotalLimitExceeded);
    }

    @Test
    void aSilentSourceAgentIsUnreachable() {
        stage.agents().hold(PodCheckpointPhase.Prepared);
        PodMigration migration =
                stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.Preparing);

        stage.agents().silenceSource();
        stage.changeAgent(
                stage.source(), status -> status.setObservedAt("2026-01-01T00:00:00.000000Z"));

        PodMigration ended = stage.awaitEnd(migration);
        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.RolledBack);
        assertThat(ended.getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.AgentUnreachable);
        assertThat(stage.places()).containsOnlyKeys("app");
        stage.agents().wakeAll();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> stage.halves().isEmpty());
    }

    @Test
    void aSilentTargetAgentIsUnreachable() {
        stage.agents().hold(PodRestorePhase.Restoring);
        PodMigration migration = stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.Frozen);

        stage.agents().silenceTarget();
        stage.changeAgent(
                stage.target(), status -> status.setObservedAt("2026-01-01T00:00:00.000000Z"));

        PodMigration ended = stage.awaitEnd(migration);
        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.RolledBack);
        assertThat(ended.getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.AgentUnreachable);
        assertThat(stage.places()).containsOnlyKeys("app");
    }

    /** Whether there was a grant nobody knows then: neither copy may be touched. */
    @Test
    void aFrozenSourceWhoseAgentIsSilentIsWaitedFor() {
        stage.agents().hold(PodRestorePhase.Restoring);
        PodMigration migration = stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.Frozen);

        stage.agents().silenceSource();
        stage.agents().silenceTarget();
        stage.changeAgent(
                stage.source(), status -> status.setObservedAt("2026-01-01T00:00:00.000000Z"));
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(
                        () ->
                                stage.get(migration).getStatus().getConditions().stream()
                                        .anyMatch(
                                                condition ->
                                                        "Stalled".equals(condition.getType())));

        assertThat(stage.pods()).hasSize(2);
        stage.agents().wakeAll();
        assertThat(stage.awaitEnd(migration).getStatus().getPhase())
                .isEqualTo(PodMigrationPhase.RolledBack);
        assertNothingIsLeft();
    }

    @Test
    void aTargetPodThatSomebodyDeletesIsNotReplaced() {
        stage.agents().hold(PodCheckpointPhase.Prepared);
        PodMigration migration =
                stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.Preparing);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> stage.get(migration).getStatus().getTarget().getPodUid() != null);

        stage.client()
                .pods()
                .inNamespace(stage.namespace())
                .withName(stage.get(migration).getStatus().getTarget().getPodName())
                .delete();

        assertRolledBack(stage.awaitEnd(migration), FailureReason.RestoreFailed);
    }

    @Test
    void aSourceThatIsDeletedMeanwhileTakesTheTargetWithIt() {
        stage.agents().hold(PodCheckpointPhase.Prepared);
        PodMigration migration =
                stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.Preparing);

        stage.client().pods().inNamespace(stage.namespace()).withName("app").delete();

        PodMigration ended = stage.awaitEnd(migration);
        assertThat(ended.getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.PodBeingDeleted);
        // Written after the status.
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () ->
                                assertThat(stage.event(ended, ended.getStatus().getPhase().name()))
                                        .map(Event::getMessage)
                                        .hasValueSatisfying(
                                                said ->
                                                        assertThat(said)
                                                                .contains("pod app ")
                                                                .doesNotContain("runs where")));
        assertThat(stage.pods()).isEmpty();
        assertThat(stage.halves()).isEmpty();
    }

    private void assertRolledBack(PodMigration ended, FailureReason reason) {
        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.RolledBack);
        assertThat(ended.getStatus().getFailure().getReason()).isEqualTo(reason);
        assertThat(ended.getStatus().getFailure().getRemedy()).isNotBlank();
        assertNothingIsLeft();
    }

    private void assertNothingIsLeft() {
        assertThat(stage.places()).containsOnlyKeys("app").containsValue(stage.source());
        assertThat(stage.halves()).isEmpty();
    }
}
