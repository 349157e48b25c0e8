package dev.podmigration.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;
import dev.podmigration.operator.fakes.FakeStrategy;
import dev.podmigration.operator.fakes.Stage;
import dev.podmigration.operator.workload.Workloads;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.Step;

import io.fabric8.kubernetes.api.model.Pod;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A plugin, whatever it tries, does not decide which copy of a pod runs, nor for how long none. */
@ExtendWith(ApiServerExtension.class)
class LimitsPluginsIT {

    private static final int FREEZE_SECONDS = 7;

    private Stage stage;

    @BeforeEach
    void start(ApiServer server) {
        stage = new Stage(server);
    }

    @AfterEach
    void stop() {
        stage.close();
    }

    @Test
    void aPluginChangesNeitherPodsNorMigrations() {
        FakeStrategy strategy =
                new FakeStrategy("greedy", Strategy.Checkpoint)
                        .on(StrategyStage.AwaitFreeze, LimitsPluginsIT::changeEverything);
        start(strategy);
        stage.runPod("app");
        PodMigration migration = stage.migrate("app");

        PodMigration ended = succeeded(migration);

        assertThat(strategy.stages()).contains(StrategyStage.AwaitFreeze);
        assertThat(ended.getMetadata().getLabels()).isNullOrEmpty();
        assertThat(stage.pods())
                .singleElement()
                .satisfies(
                        pod -> assertThat(pod.getMetadata().getLabels()).doesNotContainKey("by"));
    }

    private static Progress changeEverything(Step step) {
        Namespace namespace = step.namespace();
        Pod pod = step.move().pod().source().orElseThrow();
        PodMigration migration = step.move().migration();
        Map<String, Object> change = Map.of("metadata", Map.of("labels", Map.of("by", "plugin")));
        String half = migration.getStatus().getCheckpointName();
        assertThatThrownBy(() -> namespace.patch("v1", "Pod", pod.getMetadata().getName(), change))
                .isInstanceOf(IllegalArgumentException.class);
        Map.of(
                        "PodMigration", migration.getMetadata().getName(),
                        "PodCheckpoint", half,
                        "PodRestore", half)
                .forEach(
                        (kind, name) ->
                                assertThatThrownBy(
                                                () ->
                                                        namespace.patch(
                                                                "podmigration.dev/v1alpha1",
                                                                kind,
                                                                name,
                                                                change))
                                        .isInstanceOf(IllegalArgumentException.class));
        // These are its own: nobody sees what it does to them.
        pod.getMetadata().setLabels(Map.of("by", "plugin"));
        pod.getSpec().setNodeName("nowhere");
        migration.getMetadata().setLabels(Map.of("by", "plugin"));
        migration.getSpec().setCancelled(true);
        migration.getStatus().setPhase(PodMigrationPhase.Failed);
        return Progress.done(step.memory());
    }

    @Test
    void theUsersLimitOfTheFreezeHoldsWhateverAPluginWouldBear() {
        FakeStrategy strategy =
                new FakeStrategy("patient", Strategy.Checkpoint)
                        .assessment(Assessment.possible().withFreezeBudget(Duration.ofHours(1)));
        start(strategy);
        stage.runPod("app");

        PodMigrationStatus status =
                succeeded(
                                stage.migrate(
                                        "app",
                                        spec -> spec.getLimits().setFreezeSeconds(FREEZE_SECONDS)))
                        .getStatus();

        assertThat(status.getLimits().getFreezeSeconds()).isEqualTo(FREEZE_SECONDS);
    }

    @ParameterizedTest
    @EnumSource(
            value = StrategyStage.class,
            mode = Mode.INCLUDE,
            names = {"Prepare", "AwaitFreeze"})
    void aPodThatIsMovedWithItsMemoryIsNotReplacedOnAPluginsWord(StrategyStage when) {
        Pod source = expectUndone(when, step -> new Progress.ReplacePod(step.memory()));

        assertThat(stage.pods())
                .singleElement()
                .satisfies(
                        pod ->
                                assertThat(pod.getMetadata().getUid())
                                        .isEqualTo(source.getMetadata().getUid()));
    }

    @ParameterizedTest
    @EnumSource(
            value = StrategyStage.class,
            mode = Mode.INCLUDE,
            names = {"Prepare", "AwaitFreeze"})
    void aPodThatIsMovedWithItsMemoryHasNotMovedOnAPluginsWord(StrategyStage when) {
        expectUndone(when, step -> new Progress.MovedByOwner(step.memory(), "other"));
    }

    private Pod expectUndone(
            StrategyStage when, java.util.function.Function<Step, Progress> behaviour) {
        start(new FakeStrategy("hasty", Strategy.Checkpoint).on(when, behaviour));
        Pod source = stage.runPod("app");

        PodMigration ended = stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.RolledBack);

        assertThat(ended.getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.PluginFailed);
        assertThat(stage.places()).isEqualTo(Map.of("app", stage.source()));
        return source;
    }

    @Test
    void afterTheCommitAPluginCannotHaveThePodReplacedEither() {
        start(
                new FakeStrategy("late", Strategy.Checkpoint)
                        .on(
                                StrategyStage.AfterMove,
                                step -> new Progress.ReplacePod(step.memory())));
        stage.runPod("app");

        PodMigration ended = stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.Failed);

        assertThat(ended.getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.PluginFailed);
        assertThat(stage.pods())
                .singleElement()
                .satisfies(
                        pod -> assertThat(pod.getSpec().getNodeName()).isEqualTo(stage.target()));
    }

    private void start(FakeStrategy strategy) {
        stage.plugins(new Workloads(List.of(), List.of(strategy)));
        stage.startOperator();
    }

    private PodMigration succeeded(PodMigration migration) {
        PodMigration ended = stage.awaitEnd(migration);
        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(migration))
                .isEqualTo(PodMigrationPhase.Succeeded);
        return ended;
    }
}
