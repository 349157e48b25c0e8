package dev.podmigration.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.MigrationPolicy;
import dev.podmigration.api.v1alpha1.MigrationPolicySpec;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PolicyLimits;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;
import dev.podmigration.operator.fakes.Stage;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

@ExtendWith(ApiServerExtension.class)
class FollowsPolicyIT {

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
    void theOrderOfThePolicyIsTheOrderOfTheLadder() {
        policy(
                "anew-first",
                spec -> spec.setStrategies(List.of(Strategy.Recreate, Strategy.Checkpoint)));
        stage.runPod(
                "app",
                pod ->
                        pod.editMetadata()
                                .addToAnnotations("workload.podmigration.dev/stateless", "true")
                                .endMetadata());

        PodMigration ended = stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.Succeeded);

        assertThat(ended.getStatus().getPolicy()).isEqualTo("anew-first");
        assertThat(ended.getStatus().getStrategy().getChosen()).isEqualTo(Strategy.Recreate);
        assertThat(ended.getStatus().getFindings())
                .filteredOn(finding -> "Policy".equals(finding.getCheck()))
                .extracting(Finding::getMessage)
                .containsExactly(
                        "MigrationPolicy anew-first allows Recreate, Checkpoint, in this order.");
    }

    @Test
    void whatAPolicyDoesNotAllowIsNotDone() {
        policy("no-checkpoints", spec -> spec.setStrategies(List.of(Strategy.Recreate)));
        stage.runPod("app");

        PodMigration wanted =
                stage.awaitEnd(stage.migrate("app", spec -> spec.setStrategy(Strategy.Checkpoint)));
        PodMigration any = stage.awaitEnd(stage.migrate("app"));

        assertThat(wanted.getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.NotAllowedByPolicy);
        assertThat(wanted.getStatus().getFailure().getMessage())
                .contains("no-checkpoints", "Checkpoint", "Recreate");
        assertThat(any.getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.NoStrategyPossible);
        assertThat(stage.places()).isEqualTo(Map.of("app", stage.source()));
    }

    @Test
    void limitsOfThePolicyHoldWhereTheMigrationSaysNothing() {
        policy(
                "quick",
                spec -> {
                    PolicyLimits limits = new PolicyLimits();
                    limits.setFreezeSeconds(4);
                    spec.setLimits(limits);
                });
        stage.runPod("app");

        PodMigration ended = stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.Succeeded);

        assertThat(ended.getStatus().getLimits().getFreezeSeconds()).isEqualTo(4);
        assertThat(ended.getStatus().getLimits().getTotalSeconds()).isEqualTo(60);
    }

    @Test
    void migrationsWaitForEachOther() {
        policy("one-by-one", spec -> spec.setMaxParallel(1));
        stage.agents().hold(PodCheckpointPhase.Frozen);
        stage.runPod("first");
        stage.runPod("second");
        PodMigration first = stage.awaitPhase(stage.migrate("first"), PodMigrationPhase.Armed);
        PodMigration second = stage.migrate("second");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () ->
                                assertThat(stage.get(second).getStatus().getConditions())
                                        .anyMatch(
                                                condition ->
                                                        condition
                                                                .getMessage()
                                                                .contains("one-by-one")));
        assertThat(stage.get(second).getStatus().getStartTime()).isNull();

        stage.agents().release(PodCheckpointPhase.Frozen);

        stage.awaitPhase(first, PodMigrationPhase.Succeeded);
        stage.awaitPhase(second, PodMigrationPhase.Succeeded);
    }

    private void policy(String name, Consumer<MigrationPolicySpec> change) {
        MigrationPolicy policy = new MigrationPolicy();
        policy.getMetadata().setName(name);
        policy.getMetadata().setNamespace(stage.namespace());
        change.accept(policy.getSpec());
        stage.client().resource(policy).create();
    }
}
