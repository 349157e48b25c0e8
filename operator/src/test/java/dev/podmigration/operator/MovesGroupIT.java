package dev.podmigration.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.GroupMember;
import dev.podmigration.api.v1alpha1.MigrationGroup;
import dev.podmigration.api.v1alpha1.PhaseTransition;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationSpec;
import dev.podmigration.api.v1alpha1.PodNameMode;
import dev.podmigration.api.v1alpha1.PodReference;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;
import dev.podmigration.operator.fakes.FakeStrategy;
import dev.podmigration.operator.fakes.Stage;
import dev.podmigration.operator.workload.Workloads;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.Progress;

import io.fabric8.kubernetes.api.model.HasMetadata;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Pods that move as one: all of them, or none. */
@ExtendWith(ApiServerExtension.class)
class MovesGroupIT {

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
    void allPodsThatAreSelectedMoveAndEachHasAMigrationOfItsOwn() {
        stage.startOperator();
        runPods("a", "b");
        stage.runPod("other");

        PodMigration group = stage.awaitEnd(moveShop());

        assertThat(group.getStatus().getPhase())
                .as(() -> stage.report(group))
                .isEqualTo(PodMigrationPhase.Succeeded);
        assertThat(stage.places())
                .hasSize(3)
                .containsEntry("other", stage.source())
                .doesNotContainKeys("a", "b");
        assertThat(group.getStatus().getMembers())
                .extracting(GroupMember::getPodName)
                .containsExactly("a", "b");
        assertThat(group.getStatus().getMembers())
                .allSatisfy(
                        member -> {
                            assertThat(member.getPhase()).isEqualTo(PodMigrationPhase.Succeeded);
                            assertThat(member.getTarget().getNodeName()).isEqualTo(stage.target());
                            assertThat(member.getFreezeMilliseconds()).isNotNull();
                        });
        assertThat(group.getStatus().getPhaseTransitions())
                .extracting(PhaseTransition::getPhase)
                .containsExactly(
                        PodMigrationPhase.Preflight,
                        PodMigrationPhase.Preparing,
                        PodMigrationPhase.Armed,
                        PodMigrationPhase.Frozen,
                        PodMigrationPhase.Restoring,
                        PodMigrationPhase.Committed,
                        PodMigrationPhase.Switching,
                        PodMigrationPhase.Succeeded);
        assertThat(group.getStatus().getSource().getNodeName()).isEqualTo(stage.source());
        assertThat(group.getStatus().getTarget().getNodeName()).isEqualTo(stage.target());
        assertThat(group.getStatus().getFreeze().getMilliseconds()).isNotNull();
        assertThat(group.getStatus().getBytes().getMemory()).isEqualTo((2 * 200L) << 20);
        assertThat(group.getStatus().getStrategy().getChosen()).isEqualTo(Strategy.Checkpoint);
        assertThat(stage.members(group)).containsOnlyKeys("a", "b");
    }

    @Test
    void noPodIsTouchedBeforeAllHaveAPlan() {
        stage.startOperator();
        runPods("a", "b");
        stage.agents().hold(PodCheckpointPhase.Inspected);
        PodMigration group = stage.awaitPhase(moveShop(), PodMigrationPhase.Preflight);
        await().atMost(PATIENCE).until(() -> stage.members(group).size() == 2);

        assertThat(stage.places()).containsOnlyKeys("a", "b");

        stage.agents().release(PodCheckpointPhase.Inspected);
        assertSucceeded(group);
    }

    @Test
    void onePodThatCannotBeMovedKeepsAllWhereTheyAre() {
        stage.startOperator();
        runPods("a", "b");
        stage.runPod(
                "c",
                pod ->
                        pod.editMetadata()
                                .addToLabels("shop", "yes")
                                .endMetadata()
                                .editSpec()
                                .withHostPID(true)
                                .endSpec());

        PodMigration group = stage.awaitEnd(moveShop());

        assertEnded(group, PodMigrationPhase.Failed, FailureReason.GroupMemberFailed);
        assertThat(group.getStatus().getFailure().getMessage())
                .contains("Pod c ", "HostNamespaces");
        assertNothingMoved("a", "b", "c");
        assertThat(stage.members(group).get("c").getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.HostNamespaces);
        assertThat(stage.members(group).get("a").getStatus().getFailure().getMessage())
                .contains("Pod c ");
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(PodRestorePhase.Armed, FailureReason.TargetFull),
                Arguments.of(PodCheckpointPhase.Prepared, FailureReason.StreamBroken),
                Arguments.of(PodCheckpointPhase.Frozen, FailureReason.CheckpointFailed),
                Arguments.of(PodRestorePhase.Restoring, FailureReason.RestoreFailed),
                Arguments.of(PodCheckpointPhase.Granted, FailureReason.FreezeLimitExceeded));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void onePodThatFailsTakesAllBack(Enum<?> phase, FailureReason reason) {
        stage.startOperator();
        runPods("a", "b");
        stage.agents().failAt("b", phase, reason);

        PodMigration group = stage.awaitEnd(moveShop());

        assertEnded(group, PodMigrationPhase.RolledBack, FailureReason.GroupMemberFailed);
        assertThat(group.getStatus().getFailure().getMessage())
                .startsWith("Pod b ")
                .contains(reason.name());
        assertNothingMoved("a", "b");
        Map<String, PodMigration> members = stage.members(group);
        assertThat(members.get("b").getStatus().getFailure().getReason()).isEqualTo(reason);
        assertThat(members.get("a").getStatus().getPhase()).isEqualTo(PodMigrationPhase.RolledBack);
        assertThat(members.get("a").getStatus().getFailure().getReason())
                .isEqualTo(FailureReason.GroupMemberFailed);
    }

    static Stream<Arguments> moments() {
        return Stream.of(
                Arguments.of(PodCheckpointPhase.Inspected, PodMigrationPhase.Preflight),
                Arguments.of(PodRestorePhase.Armed, PodMigrationPhase.Preparing),
                Arguments.of(PodCheckpointPhase.Frozen, PodMigrationPhase.Armed),
                Arguments.of(PodCheckpointPhase.Granted, PodMigrationPhase.Restoring));
    }

    @ParameterizedTest
    @MethodSource("moments")
    void cancellingTheGroupCancelsAll(Enum<?> held, PodMigrationPhase phase) {
        stage.startOperator();
        runPods("a", "b");
        stage.agents().hold(held);
        PodMigration group = stage.awaitPhase(moveShop(), phase);

        stage.cancel(group);

        PodMigration ended = stage.awaitEnd(group);
        assertEnded(ended, PodMigrationPhase.Cancelled, FailureReason.Cancelled);
        assertNothingMoved("a", "b");
        assertThat(stage.members(group).values())
                .allSatisfy(
                        member ->
                                assertThat(member.getStatus().getPhase())
                                        .isEqualTo(PodMigrationPhase.Cancelled));
    }

    @ParameterizedTest
    @MethodSource("moments")
    void deletingTheGroupUndoesItAndTakesTheMembersAlong(Enum<?> held, PodMigrationPhase phase) {
        stage.startOperator();
        runPods("a", "b");
        stage.agents().hold(held);
        PodMigration group = stage.awaitPhase(moveShop(), phase);

        stage.client().resource(group).delete();

        await().atMost(PATIENCE).until(() -> stage.get(group) == null);
        assertNothingMoved("a", "b");
        // The garbage collector is not there; what it would delete has nothing left to wait for.
        stage.members(group).values().forEach(member -> stage.client().resource(member).delete());
        await().atMost(PATIENCE).until(() -> stage.members(group).isEmpty());
    }

    @Test
    void cancellingOneMemberTakesAllBack() {
        stage.startOperator();
        runPods("a", "b");
        stage.agents().hold(PodCheckpointPhase.Frozen);
        PodMigration group = stage.awaitPhase(moveShop(), PodMigrationPhase.Armed);

        stage.cancel(stage.members(group).get("a"));

        PodMigration ended = stage.awaitEnd(group);
        assertEnded(ended, PodMigrationPhase.RolledBack, FailureReason.GroupMemberFailed);
        assertThat(ended.getStatus().getFailure().getMessage()).startsWith("Pod a ");
        assertNothingMoved("a", "b");
    }

    @Test
    void aDryRunPlansEveryPodAndTouchesNone() {
        stage.startOperator();
        runPods("a", "b");

        PodMigration group = stage.awaitEnd(moveShop(spec -> spec.setDryRun(true)));

        assertThat(group.getStatus().getPhase())
                .as(() -> stage.report(group))
                .isEqualTo(PodMigrationPhase.Succeeded);
        assertThat(group.getStatus().getFreeze().getPredictedMilliseconds()).isPositive();
        assertThat(stage.members(group).values())
                .allSatisfy(
                        member -> {
                            assertThat(member.getStatus().getPhase())
                                    .isEqualTo(PodMigrationPhase.Succeeded);
                            assertThat(member.getStatus().getFindings()).isNotEmpty();
                        });
        assertNothingMoved("a", "b");
    }

    @Test
    void aDryRunSaysWhichPodCouldNotMove() {
        stage.startOperator();
        runPods("a");
        stage.runPod(
                "b",
                pod ->
                        pod.editMetadata()
                                .addToLabels("shop", "yes")
                                .endMetadata()
                                .editSpec()
                                .withHostPID(true)
                                .endSpec());

        PodMigration group = stage.awaitEnd(moveShop(spec -> spec.setDryRun(true)));

        assertEnded(group, PodMigrationPhase.Failed, FailureReason.GroupMemberFailed);
        assertThat(group.getStatus().getFailure().getMessage()).contains("HostNamespaces");
        assertNothingMoved("a", "b");
    }

    @Test
    void noPodWithTheLabelsIsARefusal() {
        stage.startOperator();

        assertEnded(
                stage.awaitEnd(moveShop()), PodMigrationPhase.Failed, FailureReason.PodNotFound);
    }

    @Test
    void podsOnSeveralNodesAreRefused() {
        stage.startOperator();
        runPods("a");
        stage.runPod(
                "b",
                pod ->
                        pod.editMetadata()
                                .addToLabels("shop", "yes")
                                .endMetadata()
                                .editSpec()
                                .withNodeName(stage.target())
                                .endSpec());

        PodMigration group = stage.awaitEnd(moveShop());

        assertEnded(group, PodMigrationPhase.Failed, FailureReason.GroupSpansNodes);
        assertThat(group.getStatus().getFailure().getMessage())
                .contains("a on " + stage.source(), "b on " + stage.target());
        assertThat(stage.members(group)).isEmpty();
    }

    @Test
    void aPodThatIsNotWhereTheGroupIsExpectedIsRefused() {
        stage.startOperator();
        runPods("a");

        PodMigration group =
                stage.awaitEnd(moveShop(spec -> spec.getSelector().setNodeName("elsewhere")));

        assertEnded(group, PodMigrationPhase.Failed, FailureReason.PodMoved);
    }

    @Test
    void namesCannotBeKept() {
        stage.startOperator();
        runPods("a", "b");

        PodMigration group =
                stage.awaitEnd(moveShop(spec -> spec.getTarget().setPodName(PodNameMode.Keep)));

        assertEnded(group, PodMigrationPhase.Failed, FailureReason.PodNameNotKeepable);
    }

    @Test
    void onlyCheckpointMovesAGroup() {
        stage.startOperator();
        runPods("a", "b");

        PodMigration group = stage.awaitEnd(moveShop(spec -> spec.setStrategy(Strategy.Savepoint)));

        assertEnded(group, PodMigrationPhase.Failed, FailureReason.NoStrategyPossible);
    }

    @Test
    void aPodThatMovesAlreadyDoesNotMoveWithItsGroup() {
        stage.startOperator();
        runPods("a", "b");
        stage.agents().hold(PodCheckpointPhase.Frozen);
        stage.awaitPhase(stage.migrate("a"), PodMigrationPhase.Armed);
        // Its target has the label, too, and another node.
        PodMigration group = stage.awaitEnd(moveShop());

        assertThat(group.getStatus().getPhase()).isEqualTo(PodMigrationPhase.Failed);
        assertThat(stage.places()).containsKeys("a", "b");
    }

    @Test
    void aStrategyDoesEveryStageOnceForAllPods() {
        FakeStrategy strategy =
                new FakeStrategy("together", Strategy.Checkpoint)
                        .groups()
                        .assessment(
                                move ->
                                        Assessment.possible()
                                                .withFreezeBudget(
                                                        Duration.ofMillis(
                                                                10_500 - 3000 * move.pods().size()))
                                                .withFindings(
                                                        List.of(
                                                                Finding.passed(
                                                                        "Shop",
                                                                        move.pods().size()
                                                                                + " pods"))));
        start(strategy);
        runPods("a", "b");

        PodMigration group = stage.awaitEnd(moveShop());

        assertThat(group.getStatus().getPhase())
                .as(() -> stage.report(group))
                .isEqualTo(PodMigrationPhase.Succeeded);
        assertThat(strategy.calls())
                .extracting(FakeStrategy.Call::stage)
                .containsExactly(
                        StrategyStage.Prepare, StrategyStage.AwaitFreeze, StrategyStage.AfterMove);
        assertThat(strategy.calls()).extracting(FakeStrategy.Call::pods).containsOnly(2);
        assertThat(group.getStatus().getFindings())
                .extracting(Finding::getMessage)
                .contains("2 pods");
        assertThat(group.getStatus().getLimits().getFreezeSeconds()).isEqualTo(4);
        assertThat(stage.members(group).values())
                .allSatisfy(
                        member ->
                                assertThat(member.getStatus().getLimits().getFreezeSeconds())
                                        .isEqualTo(4));
    }

    @Test
    void aStrategyThatKnowsOnlySinglePodsRefusesTheGroup() {
        start(new FakeStrategy("alone", Strategy.Checkpoint));
        runPods("a", "b");

        PodMigration group = stage.awaitEnd(moveShop());

        assertEnded(group, PodMigrationPhase.Failed, FailureReason.WorkloadNotMovable);
        assertNothingMoved("a", "b");
    }

    @Test
    void aStrategyThatObjectsToThePodsTogetherIsHeard() {
        start(
                new FakeStrategy("together", Strategy.Checkpoint)
                        .groups()
                        .assessment(
                                move ->
                                        move.pods().size() == 1
                                                ? Assessment.possible()
                                                : Assessment.refused(
                                                        Failure.of(
                                                                FailureReason.WorkloadNotMovable,
                                                                "not of one cluster"))));
        runPods("a", "b");

        PodMigration group = stage.awaitEnd(moveShop());

        assertEnded(group, PodMigrationPhase.Failed, FailureReason.WorkloadNotMovable);
        assertThat(group.getStatus().getFailure().getMessage()).isEqualTo("not of one cluster");
        assertNothingMoved("a", "b");
    }

    @Test
    void whatAStrategyDidIsUndoneWhenAllPodsAreBack() {
        FakeStrategy strategy = new FakeStrategy("together", Strategy.Checkpoint).groups();
        start(strategy);
        runPods("a", "b");
        stage.agents().failAt("a", PodRestorePhase.Restoring, FailureReason.RestoreFailed);

        PodMigration group = stage.awaitEnd(moveShop());

        assertEnded(group, PodMigrationPhase.RolledBack, FailureReason.GroupMemberFailed);
        assertThat(strategy.stages())
                .containsExactly(
                        StrategyStage.Prepare, StrategyStage.AwaitFreeze, StrategyStage.Undo);
        assertNothingMoved("a", "b");
    }

    @Test
    void aVerdictThatTheProgramIsUnwellIsTheEndOfTheGroup() {
        start(
                new FakeStrategy("together", Strategy.Checkpoint)
                        .groups()
                        .on(
                                StrategyStage.AfterMove,
                                step ->
                                        Progress.refused(
                                                Failure.of(
                                                        FailureReason.WorkloadUnhealthy,
                                                        "it coughs"),
                                                step.memory())));
        runPods("a", "b");

        PodMigration group = stage.awaitEnd(moveShop());

        assertEnded(group, PodMigrationPhase.Failed, FailureReason.WorkloadUnhealthy);
        assertThat(stage.places()).doesNotContainKeys("a", "b").hasSize(2);
    }

    @Test
    void aGroupOfOneIsAPodLikeAnyOther() {
        stage.startOperator();
        runPods("a");

        PodMigration group = stage.awaitEnd(moveShop());

        assertSucceeded(group);
        assertThat(stage.members(group)).containsOnlyKeys("a");
    }

    @Test
    void aMigrationThatOnlySaysThatItBelongsToAGroupIsRefused() {
        stage.startOperator();
        runPods("a", "b");
        MigrationGroup nobody = new MigrationGroup();
        nobody.setName("nobody");
        nobody.setMembers(List.of("fake"));
        PodReference pod = new PodReference();
        pod.setName("a");
        PodMigration fake = new PodMigration();
        fake.getMetadata().setName("fake");
        fake.getMetadata().setNamespace(stage.namespace());
        fake.getSpec().setPod(pod);
        fake.getSpec().setGroup(nobody);

        PodMigration ended = stage.awaitEnd(stage.client().resource(fake).create());

        assertEnded(ended, PodMigrationPhase.Failed, FailureReason.NotPermitted);
    }

    @ParameterizedTest
    @EnumSource(names = {"Preparing", "Armed"})
    void anOperatorThatComesLaterGoesOn(PodMigrationPhase phase) {
        stage.startOperator();
        runPods("a", "b");
        Enum<?> held =
                phase == PodMigrationPhase.Preparing
                        ? PodRestorePhase.Armed
                        : PodCheckpointPhase.Frozen;
        stage.agents().hold(held);
        PodMigration group = stage.awaitPhase(moveShop(), phase);
        stage.stopOperator();

        stage.agents().release(held);
        stage.startOperator();

        assertSucceeded(group);
    }

    private void start(FakeStrategy strategy) {
        stage.plugins(new Workloads(List.of(), List.of(strategy)));
        stage.startOperator();
    }

    private void runPods(String... names) {
        for (String name : names) {
            stage.runPod(name, pod -> pod.editMetadata().addToLabels("shop", "yes").endMetadata());
        }
    }

    private PodMigration moveShop() {
        return moveShop(_ -> {});
    }

    private PodMigration moveShop(Consumer<PodMigrationSpec> more) {
        return stage.migrateGroup("shop", "yes", more);
    }

    private void assertSucceeded(PodMigration group) {
        PodMigration ended = stage.awaitEnd(group);
        assertThat(ended.getStatus().getPhase())
                .as(() -> stage.report(ended))
                .isEqualTo(PodMigrationPhase.Succeeded);
        assertThat(stage.places().values()).containsOnly(stage.target());
    }

    private void assertEnded(PodMigration group, PodMigrationPhase phase, FailureReason reason) {
        assertThat(group.getStatus().getPhase()).as(() -> stage.report(group)).isEqualTo(phase);
        assertThat(group.getStatus().getFailure().getReason())
                .as(() -> stage.report(group))
                .isEqualTo(reason);
    }

    private void assertNothingMoved(String... pods) {
        assertThat(stage.places()).containsOnlyKeys(pods).containsValue(stage.source());
        assertThat(stage.halves()).extracting(HasMetadata::getKind).isEmpty();
    }
}
