package dev.podmigration.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;
import dev.podmigration.operator.fakes.Refusal;
import dev.podmigration.operator.fakes.Stage;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;

/** Migrations that have ended are deleted after a while, and nothing that is needed goes along. */
@ExtendWith(ApiServerExtension.class)
class ExpiresIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Stage stage;

    @BeforeEach
    void start(ApiServer server) {
        stage = new Stage(server);
        stage.runPod("app");
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    @Test
    void whatTheMovedPodNeedsBelongsToIt() {
        stage.startOperator();
        PodMigration migration = stage.migrate("app", spec -> spec.setTtlSecondsAfterFinished(0));

        awaitGone(migration);

        List<Pod> pods = stage.pods();
        assertThat(stage.places()).hasSize(1).containsValue(stage.target());
        assertThat(stage.halves())
                .as("the reservation of the address, and the restore")
                .hasSize(2)
                .noneMatch(HasMetadata::isMarkedForDeletion)
                .flatExtracting(half -> half.getMetadata().getOwnerReferences())
                .extracting(OwnerReference::getUid)
                .containsOnly(pods.getFirst().getMetadata().getUid());
        assertThat(stage.failedRounds()).isZero();
    }

    @Test
    void oneThatHasNotEndedIsNeverDeleted() {
        stage.startOperator();
        stage.agents().hold(PodCheckpointPhase.Released);
        PodMigration migration = stage.migrate("app", spec -> spec.setTtlSecondsAfterFinished(0));
        stage.awaitPhase(migration, PodMigrationPhase.Switching);
        double rounds = stage.rounds();
        await().atMost(PATIENCE).until(() -> stage.rounds() > rounds + 1);

        assertThat(stage.get(migration).isMarkedForDeletion()).isFalse();

        stage.agents().release(PodCheckpointPhase.Released);
        awaitGone(migration);
    }

    @Test
    void theOperatorsOwnLimitIsForThoseThatSayNothing() {
        stage.keepEnded(Duration.ofSeconds(1));
        stage.startOperator();
        PodMigration kept =
                stage.migrate(
                        "app",
                        spec -> {
                            spec.setDryRun(true);
                            spec.setTtlSecondsAfterFinished(3600);
                        });
        stage.awaitEnd(kept);
        PodMigration silent = stage.migrate("app", spec -> spec.setDryRun(true));

        awaitGone(silent);

        assertThat(stage.get(kept)).isNotNull();
    }

    @Test
    void anOperatorThatWasRestartedKnowsTheTime() {
        stage.startOperator();
        PodMigration migration = stage.migrate("app", spec -> spec.setDryRun(true));
        stage.awaitEnd(migration);
        assertThat(stage.get(migration)).isNotNull();
        stage.stopOperator();

        stage.keepEnded(Duration.ofSeconds(1));
        stage.startOperator();

        awaitGone(migration);
    }

    @Test
    void itCanBeDecidedAfterwards() {
        stage.startOperator();
        PodMigration migration = stage.migrate("app", spec -> spec.setDryRun(true));
        stage.awaitEnd(migration);

        ttl(migration, 3600);
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> {
                            PodMigration found = stage.get(migration);
                            Long generation = found.getMetadata().getGeneration();
                            assertThat(found.getStatus().getObservedGeneration())
                                    .isEqualTo(generation);
                            assertThat(found.getStatus().getConditions())
                                    .extracting(Condition::getObservedGeneration)
                                    .containsOnly(generation);
                        });

        ttl(migration, 0);
        awaitGone(migration);
    }

    @Test
    void whatCannotBeDeletedIsToldAndTriedAgain() {
        stage.startOperator();
        PodMigration migration;
        try (Refusal _ = stage.refuse("DELETE", "podmigration.dev", "podmigrations")) {
            migration =
                    stage.migrate(
                            "app",
                            spec -> {
                                spec.setDryRun(true);
                                spec.setTtlSecondsAfterFinished(0);
                            });
            stage.awaitEnd(migration);
            await().atMost(PATIENCE)
                    .until(() -> stage.event(migration(), "ChangeRefused").isPresent());
        }

        awaitGone(migration);
    }

    private PodMigration migration() {
        return stage.client()
                .resources(PodMigration.class)
                .inNamespace(stage.namespace())
                .list()
                .getItems()
                .getFirst();
    }

    private void ttl(PodMigration migration, int seconds) {
        stage.client()
                .resource(migration)
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"spec\":{\"ttlSecondsAfterFinished\":" + seconds + "}}");
    }

    private void awaitGone(PodMigration migration) {
        await().atMost(PATIENCE).until(() -> stage.get(migration) == null);
    }
}
