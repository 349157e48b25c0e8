package dev.podmigration.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;
import dev.podmigration.operator.fakes.Refusal;
import dev.podmigration.operator.fakes.Stage;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Event;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.Optional;

/** A change that the API server refuses for good is told to people, who can do something. */
@ExtendWith(ApiServerExtension.class)
class RefusedByTheApiServerIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

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
    void afterTheCommitItIsToldAndTriedAgainUntilItIsAllowed() {
        PodMigration migration;
        try (Refusal _ = stage.refuse("DELETE", "", "pods")) {
            migration = stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.Switching);

            Condition stalled = awaitStalled(migration);
            assertThat(stalled.getReason()).isEqualTo("ChangeRefused");
            assertThat(stalled.getMessage())
                    .contains("refuses to delete Pod " + stage.namespace() + "/app")
                    .contains("nobody changes anything here today");
            stage.awaitEvents(migration, "ChangeRefused");
            Event event = stage.event(migration, "ChangeRefused").orElseThrow();
            assertThat(event.getType()).isEqualTo("Warning");
            assertThat(event.getMessage()).endsWith(FailureReason.ChangeRefused.remedy());
            awaitSeveralAttempts();
            assertThat(awaitStalled(migration).getLastTransitionTime())
                    .as("it stays stalled while it is tried again")
                    .isEqualTo(stalled.getLastTransitionTime());
            assertThat(stage.event(migration, "ChangeRefused").orElseThrow().getCount()).isOne();
        }

        PodMigration ended = stage.awaitEnd(migration);
        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.Succeeded);
        assertThat(ended.getStatus().getConditions())
                .extracting(Condition::getType)
                .doesNotContain("Stalled");
        assertThat(stage.places()).hasSize(1).containsValue(stage.target());
        assertThat(stage.failedRounds()).as("rounds that ended with an exception").isZero();
    }

    @Test
    void beforeTheCommitEverythingIsUndone() {
        PodMigration ended;
        try (Refusal _ = stage.refuse("UPDATE", "podmigration.dev", "podcheckpoints")) {
            ended = stage.awaitEnd(stage.migrate("app"));
        }

        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.RolledBack);
        assertThat(ended.getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.ChangeRefused);
        assertThat(stage.places()).containsOnlyKeys("app").containsValue(stage.source());
    }

    @Test
    void whileItIsUndoneTheCauseIsKeptAndItIsTriedAgain() {
        stage.agents().hold(PodCheckpointPhase.Prepared);
        PodMigration migration =
                stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.Preparing);
        await().atMost(PATIENCE).until(() -> stage.pods().size() == 2);

        try (Refusal _ = stage.refuse("DELETE", "", "pods")) {
            stage.cancel(migration);

            assertThat(awaitStalled(migration).getReason()).isEqualTo("ChangeRefused");
            assertThat(stage.get(migration).getStatus().getFailure().getReason())
                    .isEqualTo(FailureReason.Cancelled);
        }

        PodMigration ended = stage.awaitEnd(migration);
        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.Cancelled);
        assertThat(stage.places()).containsOnlyKeys("app").containsValue(stage.source());
    }

    private Condition awaitStalled(PodMigration migration) {
        return await().atMost(PATIENCE)
                .until(
                        () ->
                                stage.get(migration).getStatus().getConditions().stream()
                                        .filter(condition -> "Stalled".equals(condition.getType()))
                                        .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** Rounds, because a refused attempt leaves no other trace. */
    private void awaitSeveralAttempts() {
        double before = stage.rounds();
        await().atMost(PATIENCE).until(() -> stage.rounds() >= before + 3);
    }
}
