package dev.podmigration.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.PhaseTransition;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;
import dev.podmigration.operator.fakes.FakeStrategy;
import dev.podmigration.operator.fakes.Stage;
import dev.podmigration.operator.observe.PodState;
import dev.podmigration.operator.workload.Workloads;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.Detection;
import dev.podmigration.workload.MovingPod;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.WorkloadDetector;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

@ExtendWith(ApiServerExtension.class)
class ClimbsTheLadderIT {

    private static final Finding IO_URING =
            Finding.refused("IoUring", FailureReason.IoUringInUse, "Container main uses io_uring.");

    /** For what a busy machine does in its own time. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

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
    void aPodThatKeepsNothingIsMadeAnewWhereItCannotBeFrozen() {
        stage.startOperator();
        stage.agents().find(IO_URING);
        Pod source = stage.runPod("app", ClimbsTheLadderIT::stateless);

        PodMigrationStatus status = succeeded(stage.migrate("app"));

        assertThat(status.getStrategy().getChosen()).isEqualTo(Strategy.Recreate);
        assertThat(status.getStrategy().getReasons())
                .first()
                .asString()
                .startsWith("Checkpoint is not possible: Container main uses io_uring.")
                .contains("To make it possible: ");
        assertThat(status.getPhaseTransitions())
                .extracting(PhaseTransition::getPhase)
                .containsExactly(
                        PodMigrationPhase.Preflight,
                        PodMigrationPhase.Preparing,
                        PodMigrationPhase.Moving,
                        PodMigrationPhase.Committed,
                        PodMigrationPhase.Switching,
                        PodMigrationPhase.Succeeded);
        assertThat(stage.pods())
                .singleElement()
                .satisfies(
                        pod -> {
                            assertThat(pod.getMetadata().getUid())
                                    .isNotEqualTo(source.getMetadata().getUid());
                            assertThat(pod.getSpec().getNodeName()).isEqualTo(stage.target());
                            assertThat(pod.getSpec().getRuntimeClassName()).isNull();
                            assertThat(pod.getMetadata().getAnnotations())
                                    .doesNotContainKey("podmigration.dev/restore");
                            assertThat(pod.getMetadata().getLabels())
                                    .containsEntry("app", "app")
                                    .doesNotContainKey("podmigration.dev/restored");
                        });
        assertThat(stage.halves()).isEmpty();
    }

    @Test
    void aPodThatCannotBeFrozenAndDeclaresNothingStaysAndEveryRungSaysWhy() {
        stage.startOperator();
        stage.agents().find(IO_URING);
        stage.runPod("app");

        PodMigration ended = stage.awaitEnd(stage.migrate("app"));

        assertThat(ended.getStatus().getPhase()).isEqualTo(PodMigrationPhase.Failed);
        assertThat(ended.getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.IoUringInUse);
        assertThat(ended.getStatus().getStrategy().getChosen()).isNull();
        assertThat(ended.getStatus().getStrategy().getReasons())
                .extracting(reason -> reason.substring(0, reason.indexOf(' ')))
                .containsExactly("Checkpoint", "Hybrid", "Savepoint", "Recreate");
        assertThat(stage.places()).isEqualTo(Map.of("app", stage.source()));
    }

    @Test
    void aStrategyThatIsWantedAndThatNobodyHasIsRefused() {
        stage.startOperator();
        stage.runPod("app");

        PodMigration ended =
                stage.awaitEnd(stage.migrate("app", spec -> spec.setStrategy(Strategy.Savepoint)));

        assertThat(ended.getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.NoStrategyPossible);
    }

    @Test
    void aSavepointIsTakenThePodReplacedAndTheProgramResumed() {
        FakeStrategy strategy =
                new FakeStrategy("save", Strategy.Savepoint)
                        .on(
                                StrategyStage.Move,
                                step ->
                                        step.memory().containsKey("savepoint")
                                                ? new Progress.ReplacePod(step.memory())
                                                : Progress.waitFor(
                                                        "the savepoint",
                                                        Duration.ofMillis(20),
                                                        Map.of("savepoint", "s3://bucket/1")))
                        .on(
                                StrategyStage.AfterMove,
                                step -> {
                                    assertThat(step.memory())
                                            .containsEntry("savepoint", "s3://bucket/1");
                                    assertThat(step.move().pod().target()).isPresent();
                                    assertThat(step.move().pod().source()).isEmpty();
                                    assertThat(step.move().detected("shop")).isPresent();
                                    assertThat(places()).containsOnlyKeys(targetName());
                                    return Progress.done(step.memory());
                                });
        stage.plugins(new Workloads(List.of(new ByLabel()), List.of(strategy)));
        stage.startOperator();
        stage.runPod("app");

        PodMigrationStatus status =
                succeeded(stage.migrate("app", spec -> spec.setStrategy(Strategy.Savepoint)));

        assertThat(strategy.stages())
                .containsExactly(
                        StrategyStage.Prepare, StrategyStage.Move, StrategyStage.AfterMove);
        assertThat(status.getWorkload().getMemory()).containsEntry("savepoint", "s3://bucket/1");
        assertThat(status.getTarget().getNodeName()).isEqualTo(stage.target());
    }

    @Test
    void whatBearsItsSuccessorBesideItIsStoppedWhenThatIsReady() {
        FakeStrategy strategy =
                new FakeStrategy("save", Strategy.Savepoint)
                        .besideSource()
                        .on(
                                StrategyStage.Move,
                                step -> {
                                    assertThat(step.move().pod().source()).isPresent();
                                    assertThat(step.move().pod().target())
                                            .hasValueSatisfying(
                                                    pod ->
                                                            assertThat(PodState.isReady(pod))
                                                                    .isTrue());
                                    return new Progress.ReplacePod(step.memory());
                                });
        start(strategy);
        stage.runPod("app");

        succeeded(stage.migrate("app", spec -> spec.setStrategy(Strategy.Savepoint)));

        assertThat(strategy.stages())
                .containsExactly(
                        StrategyStage.Prepare, StrategyStage.Move, StrategyStage.AfterMove);
        assertThat(stage.pods())
                .singleElement()
                .satisfies(
                        pod -> assertThat(pod.getSpec().getNodeName()).isEqualTo(stage.target()));
    }

    @Test
    void whatCannotBeStoppedKeepsRunningAndItsSuccessorGoes() {
        FakeStrategy strategy =
                new FakeStrategy("save", Strategy.Savepoint)
                        .besideSource()
                        .on(
                                StrategyStage.Move,
                                step ->
                                        Progress.refused(
                                                Failure.of(FailureReason.SavepointFailed, "No."),
                                                step.memory()));
        start(strategy);
        stage.runPod("app");

        PodMigration ended =
                stage.awaitEnd(stage.migrate("app", spec -> spec.setStrategy(Strategy.Savepoint)));

        assertThat(ended.getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.SavepointFailed);
        assertThat(strategy.stages())
                .containsExactly(StrategyStage.Prepare, StrategyStage.Move, StrategyStage.Undo);
        assertThat(stage.places()).isEqualTo(Map.of("app", stage.source()));
    }

    @Test
    void anOperatorThatEndsInTheMiddleIsTakenOverFromWithItsMemory() {
        AtomicBoolean ready = new AtomicBoolean();
        FakeStrategy first =
                new FakeStrategy("save", Strategy.Savepoint)
                        .on(
                                StrategyStage.Move,
                                step ->
                                        Progress.waitFor(
                                                "the savepoint",
                                                Duration.ofMillis(50),
                                                Map.of("id", step.operationId())));
        FakeStrategy second =
                new FakeStrategy("save", Strategy.Savepoint)
                        .on(
                                StrategyStage.Move,
                                step -> {
                                    assertThat(step.memory())
                                            .containsEntry("id", step.operationId());
                                    return ready.get()
                                            ? new Progress.ReplacePod(step.memory())
                                            : Progress.waitFor(
                                                    "the savepoint",
                                                    Duration.ofMillis(50),
                                                    step.memory());
                                });
        start(first);
        stage.runPod("app");
        PodMigration migration = stage.migrate("app", spec -> spec.setStrategy(Strategy.Savepoint));
        await().atMost(PATIENCE)
                .until(
                        () ->
                                Optional.ofNullable(stage.get(migration).getStatus())
                                        .map(PodMigrationStatus::getWorkload)
                                        .filter(work -> work.getMemory().containsKey("id"))
                                        .isPresent());

        stage.stopOperator();
        start(second);
        await().atMost(PATIENCE).until(() -> !second.calls().isEmpty());
        ready.set(true);

        succeeded(migration);
        assertThat(second.stages()).containsExactly(StrategyStage.Move, StrategyStage.AfterMove);
    }

    @Test
    void theFreezeBeginsNoSoonerThanTheStrategyAllows() {
        AtomicBoolean now = new AtomicBoolean();
        FakeStrategy strategy =
                new FakeStrategy("timing", Strategy.Checkpoint)
                        .assessment(Assessment.possible().withFreezeBudget(Duration.ofMillis(3500)))
                        .on(
                                StrategyStage.AwaitFreeze,
                                step ->
                                        now.get()
                                                ? new Progress.Done(
                                                        Map.of(),
                                                        Optional.of(step.now().plusSeconds(5)))
                                                : Progress.waitFor(
                                                        "a quiet moment",
                                                        Duration.ofMillis(20),
                                                        Map.of()));
        start(strategy);
        stage.runPod("app");
        PodMigration migration = stage.migrate("app");
        await().atMost(PATIENCE).until(() -> strategy.stages().contains(StrategyStage.AwaitFreeze));
        PodCheckpoint checkpoint = checkpoint(migration);
        assertThat(checkpoint.getSpec().getGoal()).isEqualTo(CheckpointGoal.Prepare);
        assertThat(checkpoint.getSpec().getLimits().getFreezeSeconds()).isEqualTo(3);

        now.set(true);

        PodMigrationStatus status = succeeded(migration);
        assertThat(status.getStrategy().getFreezeBudgetMilliseconds()).isEqualTo(3500);
        assertThat(status.getLimits().getFreezeSeconds()).isEqualTo(3);
        assertThat(strategy.stages())
                .containsExactly(
                        StrategyStage.Prepare, StrategyStage.AwaitFreeze, StrategyStage.AfterMove);
    }

    @Test
    void aHybridWhoseRestoreFailsGoesOnFromWhatItHadSaved() {
        FakeStrategy strategy =
                new FakeStrategy("both", Strategy.Hybrid)
                        .on(
                                StrategyStage.Prepare,
                                _ -> Progress.done(Map.of("savepoint", "file:/s/1")))
                        .on(
                                StrategyStage.AfterMove,
                                step -> {
                                    assertThat(step.fellBack()).isTrue();
                                    return Progress.done(step.memory());
                                });
        start(strategy);
        stage.agents().failAt(PodRestorePhase.Committed, FailureReason.RestoreFailed);
        stage.runPod("app");

        PodMigrationStatus status =
                succeeded(stage.migrate("app", spec -> spec.setStrategy(Strategy.Hybrid)));

        assertThat(status.getFailure()).isNull();
        assertThat(status.getWorkload().isFellBack()).isTrue();
        assertThat(status.getStrategy().getReasons())
                .anyMatch(reason -> reason.startsWith("The checkpoint failed and was undone"));
        assertThat(strategy.stages())
                .containsExactly(
                        StrategyStage.Prepare,
                        StrategyStage.AwaitFreeze,
                        StrategyStage.Fallback,
                        StrategyStage.AfterMove);
        assertThat(stage.pods())
                .singleElement()
                .satisfies(
                        pod -> assertThat(pod.getSpec().getNodeName()).isEqualTo(stage.target()));
        assertThat(stage.halves()).isEmpty();
    }

    @Test
    void aWishToCancelTakesTheWorkBack() {
        FakeStrategy strategy =
                new FakeStrategy("save", Strategy.Savepoint)
                        .on(
                                StrategyStage.Move,
                                _ ->
                                        Progress.waitFor(
                                                "the savepoint",
                                                Duration.ofMillis(20),
                                                Map.of("id", "7")));
        start(strategy);
        stage.runPod("app");
        PodMigration migration = stage.migrate("app", spec -> spec.setStrategy(Strategy.Savepoint));
        await().atMost(PATIENCE).until(() -> strategy.stages().contains(StrategyStage.Move));

        stage.cancel(migration);

        PodMigration ended = stage.awaitPhase(migration, PodMigrationPhase.Cancelled);
        assertThat(strategy.calls().getLast().stage()).isEqualTo(StrategyStage.Undo);
        assertThat(strategy.calls().getLast().memory()).isEqualTo(Map.of("id", "7"));
        assertThat(ended.getStatus().getWorkload().getUndoFailure()).isNull();
        assertThat(stage.places()).isEqualTo(Map.of("app", stage.source()));
    }

    @Test
    void aPluginThatThrowsLeavesThePodWhereItIs() {
        FakeStrategy strategy =
                new FakeStrategy("broken", Strategy.Checkpoint)
                        .on(
                                StrategyStage.Prepare,
                                _ -> {
                                    throw new IllegalStateException("no idea");
                                });
        start(strategy);
        stage.runPod("app");

        PodMigration ended = stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.RolledBack);

        assertThat(ended.getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.PluginFailed);
        assertThat(ended.getStatus().getFailure().getMessage()).contains("broken", "no idea");
        assertThat(stage.places()).isEqualTo(Map.of("app", stage.source()));
    }

    @Test
    void aProgramThatIsUnwellAfterTheMoveIsToldAndStaysWhereItIs() {
        FakeStrategy strategy =
                new FakeStrategy("doctor", Strategy.Checkpoint)
                        .on(
                                StrategyStage.AfterMove,
                                step ->
                                        Progress.refused(
                                                Failure.of(
                                                        FailureReason.WorkloadUnhealthy,
                                                        "It answers 500."),
                                                step.memory()));
        start(strategy);
        stage.runPod("app");

        PodMigration ended = stage.awaitPhase(stage.migrate("app"), PodMigrationPhase.Failed);

        assertThat(ended.getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.WorkloadUnhealthy);
        assertThat(stage.pods())
                .singleElement()
                .satisfies(
                        pod -> assertThat(pod.getSpec().getNodeName()).isEqualTo(stage.target()));
    }

    @Test
    void aPodCanBeMovedByItsOwner() {
        FakeStrategy strategy =
                new FakeStrategy("owner", Strategy.Savepoint)
                        .movedByOwner()
                        .on(
                                StrategyStage.Move,
                                step -> {
                                    ownerMoves(step.targetNodes().getFirst());
                                    return new Progress.MovedByOwner(step.memory(), "app-anew");
                                });
        start(strategy);
        stage.runPod(
                "app",
                pod ->
                        pod.editMetadata()
                                .addNewOwnerReference()
                                .withApiVersion("example.org/v1")
                                .withKind("Cluster")
                                .withName("it")
                                .withUid("uid")
                                .withController(true)
                                .endOwnerReference()
                                .endMetadata());

        PodMigrationStatus status =
                succeeded(stage.migrate("app", spec -> spec.setStrategy(Strategy.Savepoint)));

        assertThat(status.getTarget().getPodName()).isEqualTo("app-anew");
        assertThat(status.getTarget().getNodeName()).isEqualTo(stage.target());
        assertThat(stage.places()).isEqualTo(Map.of("app-anew", stage.target()));
    }

    @Test
    void aDryRunChoosesAndTouchesNothing() {
        FakeStrategy strategy =
                new FakeStrategy("save", Strategy.Savepoint)
                        .assessment(
                                Assessment.possible()
                                        .withFindings(
                                                List.of(
                                                        Finding.passed(
                                                                "Savepoint",
                                                                "The directory can be written."))));
        start(strategy);
        stage.runPod("app");

        PodMigrationStatus status =
                succeeded(
                        stage.migrate(
                                "app",
                                spec -> {
                                    spec.setStrategy(Strategy.Savepoint);
                                    spec.setDryRun(true);
                                }));

        assertThat(status.getStrategy().getChosen()).isEqualTo(Strategy.Savepoint);
        assertThat(status.getFindings())
                .extracting(Finding::getMessage)
                .contains("The directory can be written.");
        assertThat(strategy.calls()).isEmpty();
        assertThat(stage.places()).isEqualTo(Map.of("app", stage.source()));
        assertThat(stage.halves()).isEmpty();
    }

    private static final class ByLabel implements WorkloadDetector {

        @Override
        public String name() {
            return "shop";
        }

        @Override
        public Optional<Detection> detect(MovingPod pod) {
            return pod.source()
                    .filter(source -> "app".equals(source.getMetadata().getLabels().get("app")))
                    .map(_ -> Detection.of("shop", Map.of()));
        }
    }

    /** As an owner would do it: another pod elsewhere, and the old one goes. */
    private void ownerMoves(String node) {
        stage.client()
                .resource(
                        new PodBuilder(
                                        stage.client()
                                                .pods()
                                                .inNamespace(stage.namespace())
                                                .withName("app")
                                                .get())
                                .withNewMetadata()
                                .withName("app-anew")
                                .withNamespace(stage.namespace())
                                .endMetadata()
                                .editSpec()
                                .withNodeName(node)
                                .endSpec()
                                .withStatus(null)
                                .build())
                .create();
        stage.client()
                .pods()
                .inNamespace(stage.namespace())
                .withName("app")
                .withGracePeriod(0)
                .delete();
    }

    private void start(FakeStrategy... strategies) {
        stage.plugins(new Workloads(List.of(), List.of(strategies)));
        stage.startOperator();
    }

    private static void stateless(PodBuilder pod) {
        pod.editMetadata()
                .addToAnnotations("workload.podmigration.dev/stateless", "true")
                .endMetadata();
    }

    private Map<String, String> places() {
        return stage.places();
    }

    private String targetName() {
        return stage.pods().stream()
                .map(pod -> pod.getMetadata().getName())
                .filter(name -> name.startsWith("app-"))
                .findFirst()
                .orElseThrow();
    }

    private PodCheckpoint checkpoint(PodMigration migration) {
        return stage.client()
                .resources(PodCheckpoint.class)
                .inNamespace(stage.namespace())
                .withName(stage.get(migration).getStatus().getCheckpointName())
                .get();
    }

    private PodMigrationStatus succeeded(PodMigration migration) {
        PodMigration ended = stage.awaitEnd(migration);
        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(migration))
                .isEqualTo(PodMigrationPhase.Succeeded);
        return ended.getStatus();
    }
}
