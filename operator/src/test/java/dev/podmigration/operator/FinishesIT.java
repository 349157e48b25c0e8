package dev.podmigration.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;
import dev.podmigration.operator.fakes.Stage;

import io.fabric8.kubernetes.api.model.Condition;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;

/** After the commit there is only the way forward; and a dry run does not begin. */
@ExtendWith(ApiServerExtension.class)
class FinishesIT {

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

    @Test
    void cancellingAfterTheCommitIsRefusedWithAnEvent() {
        stage.agents().hold(PodCheckpointPhase.Released);
        PodMigration migration =
                stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.Switching);

        stage.cancel(migration);

        stage.awaitEvents(migration, "CancelRefused");
        stage.agents().release(PodCheckpointPhase.Released);
        assertSucceededRefusing(migration);
    }

    /** Only the target's agent knows then whether it runs; the commit is not in the status yet. */
    @Test
    void cancellingBetweenTheGrantAndTheCommitIsRefusedWithAnEvent() {
        stage.agents().hold(PodRestorePhase.Committed);
        PodMigration migration = stage.migrate("app");
        awaitGrant(migration);

        stage.cancel(migration);

        stage.awaitEvents(migration, "CancelRefused");
        stage.agents().release(PodRestorePhase.Committed);
        assertSucceededRefusing(migration);
    }

    @Test
    void cancellingWhatHasSucceededIsRefusedWithAnEvent() {
        PodMigration migration = stage.awaitEnd(stage.migrate("app"));

        stage.cancel(migration);

        stage.awaitEvents(migration, "CancelRefused");
        assertSucceededRefusing(migration);
    }

    private void awaitGrant(PodMigration migration) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(
                        () ->
                                stage.awaitPhase(migration, PodMigrationPhase.Restoring) != null
                                        && stage.halves().stream()
                                                .filter(PodCheckpoint.class::isInstance)
                                                .map(PodCheckpoint.class::cast)
                                                .anyMatch(
                                                        half ->
                                                                half.getStatus().getPhase()
                                                                        == PodCheckpointPhase
                                                                                .Granted));
    }

    private void assertSucceededRefusing(PodMigration migration) {
        PodMigration ended = stage.awaitEnd(migration);
        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.Succeeded);
        assertThat(ended.getStatus().getConditions())
                .filteredOn(condition -> "CancelRefused".equals(condition.getType()))
                .extracting(Condition::getReason)
                .containsExactly("Committed");
        assertThat(stage.events(migration)).containsOnlyOnce("CancelRefused");
    }

    @Test
    void deletingAfterTheCommitWaitsUntilTheSourceIsGone() {
        stage.agents().hold(PodCheckpointPhase.Released);
        PodMigration migration =
                stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.Switching);

        stage.client().resource(migration).delete();
        assertThat(stage.get(migration)).isNotNull();
        stage.agents().release(PodCheckpointPhase.Released);

        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> stage.get(migration) == null);
        assertThat(stage.places()).hasSize(1).containsValue(stage.target());
        assertThat(stage.failedRounds()).isZero();
    }

    @Test
    void aSourceThatLingersIsForcedOnceItsNodeIsClean() {
        stage.kubelet().ignoreDeletions();

        PodMigration ended = stage.awaitEnd(stage.migrate("app"));

        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.Succeeded);
        assertThat(stage.places()).hasSize(1).containsValue(stage.target());
        stage.awaitEvents(ended, "ForcedRemoval");
    }

    @Test
    void aSourceAgentThatIsSilentAfterTheCommitIsWaitedFor() {
        stage.agents().hold(PodCheckpointPhase.Released);
        PodMigration migration =
                stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.Switching);

        stage.changeAgent(
                stage.source(), status -> status.setObservedAt("2026-01-01T00:00:00.000000Z"));

        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(
                        () ->
                                stage.get(migration).getStatus().getConditions().stream()
                                        .map(Condition::getType)
                                        .anyMatch("Stalled"::equals));
        stage.agents().release(PodCheckpointPhase.Released);
        assertThat(stage.awaitEnd(migration).getStatus().getPhase())
                .isEqualTo(PodMigrationPhase.Succeeded);
    }

    @Test
    void aDryRunPlansAndLeavesNothing() {
        PodMigration ended = stage.awaitEnd(stage.migrate("app", spec -> spec.setDryRun(true)));

        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.Succeeded);
        assertThat(ended.getStatus().getConditions())
                .filteredOn(condition -> "Ready".equals(condition.getType()))
                .extracting(Condition::getReason)
                .containsExactly("DryRun");
        assertThat(ended.getStatus().getStrategy().getReasons()).isNotEmpty();
        assertThat(ended.getStatus().getContainers())
                .singleElement()
                .satisfies(
                        container -> {
                            assertThat(container.getWorkload()).isEqualTo("JVM");
                            assertThat(container.getOptionsAddedBy())
                                    .containsEntry("tcpEstablished", "JVM");
                        });
        assertThat(ended.getStatus().getFindings()).isNotEmpty();
        assertThat(ended.getStatus().getFreeze().getPredictedMilliseconds()).isPositive();
        assertThat(stage.halves()).isEmpty();
        assertThat(stage.places()).containsOnlyKeys("app").containsValue(stage.source());
    }

    @Test
    void anotherOperatorKnowsHowLongFreezesWere() {
        PodMigration first = stage.awaitEnd(stage.migrate("app"));
        assertThat(first.getStatus().getFreeze().getPredictedMilliseconds()).isEqualTo(800);
        stage.stopOperator();
        stage.startOperator();

        PodMigration second =
                stage.awaitEnd(
                        stage.migrate(
                                first.getStatus().getTarget().getPodName(),
                                spec -> {
                                    spec.getTarget().setNodeName(stage.source());
                                    spec.setDryRun(true);
                                }));

        assertThat(second.getStatus().getFreeze().getPredictedMilliseconds())
                .as(() -> stage.report(second))
                .isLessThan(800);
        assertThat(second.getStatus().getStrategy().getReasons())
                .anyMatch(reason -> reason.contains("as measured in the last migration"));
    }

    @Test
    void theSchedulerMayChooseTheNode() {
        PodMigration ended =
                stage.awaitEnd(stage.migrate("app", spec -> spec.getTarget().setNodeName(null)));

        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.Succeeded);
        assertThat(ended.getStatus().getTarget().getNodeName()).isNotEqualTo(stage.source());
    }

    @Test
    void eventsTellTheStoryOnTheMigrationAndOnThePods() {
        PodMigration ended = stage.awaitEnd(stage.migrate("app"));

        stage.awaitEvents(
                ended, "Checking", "Preparing", "Armed", "Frozen", "Committed", "Succeeded");
        stage.awaitEvents(stage.pods().getFirst(), "Committed");
    }
}
