package dev.podmigration.operator.phase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.EffectiveLimits;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyChoice;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.api.v1alpha1.Timestamps;
import dev.podmigration.api.v1alpha1.WorkloadProgress;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.fakes.Case;
import dev.podmigration.operator.fakes.FakeStrategy;
import dev.podmigration.operator.forecast.FreezeHistory;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.settings.TimeLimits;
import dev.podmigration.operator.status.Facts;
import dev.podmigration.operator.workload.Workloads;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;

/** The two places at which members wait for each other, and how they end together. */
class GroupPhasesTest {

    private final Workloads workloads =
            new Workloads(
                    List.of(), List.of(new FakeStrategy("together", Strategy.Checkpoint).groups()));
    private final PhaseTable phases =
            new PhaseTable(TimeLimits.DEFAULT, new FreezeHistory(), workloads);

    @Test
    void noMemberIsTouchedWhileTheGroupHasNoPlan() {
        PodMigration parent = parent(PodMigrationPhase.Preflight);

        assertThat(actions(phases.next(planned(parent)))).isEmpty();
    }

    @Test
    void noMemberIsTouchedBeforeTheProgramIsPrepared() {
        PodMigration parent = parent(PodMigrationPhase.Preparing);
        parent.getStatus().setWorkload(work(StrategyStage.Prepare, false));

        assertThat(actions(phases.next(planned(parent)))).isEmpty();
    }

    @Test
    void aMemberBeginsWithTheLimitOfTheGroup() {
        PodMigration parent = parent(PodMigrationPhase.Preparing);
        parent.getStatus().setWorkload(work(StrategyStage.Prepare, true));
        parent.getStatus().setLimits(EffectiveLimits.of(3, 600));
        Observation member = planned(parent);

        assertThat(phases.next(member)).isEqualTo(new Decision.Enter(PodMigrationPhase.Preparing));
        assertThat(member.limits().getFreezeSeconds()).isEqualTo(3);
    }

    @Test
    void aMemberNeverGivesTheWordToFreeze() {
        assertThat(actions(phases.next(armed("one", CheckpointGoal.Prepare)))).isEmpty();
    }

    @Test
    void theWordToFreezeGoesToAllInOneRound() {
        Observation group =
                Case.in(PodMigrationPhase.Armed)
                        .members(
                                armed("one", CheckpointGoal.Prepare),
                                armed("two", CheckpointGoal.Prepare))
                        .build();

        assertThat(actions(phases.next(group)))
                .hasSize(2)
                .allSatisfy(
                        action ->
                                assertThat(((Action.SetGoal) action).goal())
                                        .isEqualTo(CheckpointGoal.Migrate));
    }

    @Test
    void theGroupWaitsForAMemberThatIsNotArmed() {
        Observation group =
                Case.in(PodMigrationPhase.Preparing)
                        .members(
                                armed("one", CheckpointGoal.Prepare),
                                Case.in(PodMigrationPhase.Preparing)
                                        .memberOf(parent(PodMigrationPhase.Preparing), "two")
                                        .build())
                        .build();

        assertThat(actions(phases.next(group))).isEmpty();
    }

    /** An operator that ended between the two words had found the moment. */
    @Test
    void onceOneHasTheWordTheOtherGetsItThoughTheMomentHasPassed() {
        WorkloadProgress stale = work(StrategyStage.AwaitFreeze, true);
        stale.setValidUntil(Timestamps.format(Case.NOW.minusSeconds(60)));
        Observation group =
                Case.in(PodMigrationPhase.Armed)
                        .members(
                                armed("one", CheckpointGoal.Migrate),
                                armed("two", CheckpointGoal.Prepare))
                        .migration(migration -> migration.getStatus().setWorkload(stale))
                        .build();

        assertThat(actions(phases.next(group))).singleElement().isInstanceOf(Action.SetGoal.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = PodMigrationPhase.class,
            names = {"Frozen", "Restoring"})
    void aGroupWithTheGrantIsNotCancelled(PodMigrationPhase phase) {
        Observation granted =
                Case.in(PodMigrationPhase.Restoring)
                        .memberOf(parent(phase), "one")
                        .checkpoint(CheckpointGoal.Migrate, PodCheckpointPhase.Granted)
                        .build();
        Observation group =
                Case.in(phase)
                        .members(granted)
                        .migration(migration -> migration.getSpec().setCancelled(true))
                        .build();

        assertThat(phases.next(group)).isNotInstanceOf(Decision.GiveUp.class);
    }

    @Test
    void aMemberOfAGroupThatGivesUpGivesUp() {
        PodMigration parent = parent(PodMigrationPhase.Armed);
        parent.getStatus()
                .setFailure(Failure.of(FailureReason.GroupMemberFailed, "Pod x: no room"));
        Observation member =
                Case.in(PodMigrationPhase.Armed)
                        .memberOf(parent, "one")
                        .checkpoint(CheckpointGoal.Prepare, PodCheckpointPhase.Prepared)
                        .restore(RestoreGoal.Restore, PodRestorePhase.Armed)
                        .target()
                        .build();

        Failure failure = ((Decision.GiveUp) phases.next(member)).failure();

        assertThat(failure.getReason()).isEqualTo(FailureReason.GroupMemberFailed);
        assertThat(failure.getMessage()).isEqualTo("Pod x: no room");
    }

    @Test
    void aMemberWithTheGrantGoesForwardWhateverItsGroupSays() {
        PodMigration parent = parent(PodMigrationPhase.Restoring);
        parent.getStatus().setFailure(Failure.of(FailureReason.TotalLimitExceeded, "late"));
        Observation member =
                Case.in(PodMigrationPhase.Restoring)
                        .memberOf(parent, "one")
                        .checkpoint(CheckpointGoal.Migrate, PodCheckpointPhase.Granted)
                        .restore(RestoreGoal.Restore, PodRestorePhase.Restoring)
                        .target()
                        .build();

        assertThat(phases.next(member)).isNotInstanceOf(Decision.GiveUp.class);
    }

    @Test
    void aMemberWithoutItsGroupIsRefused() {
        Observation member =
                Case.in(PodMigrationPhase.Pending)
                        .memberOf(parent(PodMigrationPhase.Preflight), "one")
                        .withoutParent()
                        .build();

        assertThat(((Decision.GiveUp) phases.next(member)).failure().getReason())
                .isEqualTo(FailureReason.NotPermitted);
    }

    @Test
    void theGroupTellsTheCauseAndNotWhatFollowedFromIt() {
        Observation follower =
                failed("one", PodMigrationPhase.RolledBack, FailureReason.GroupMemberFailed);
        Observation cause =
                failed("two", PodMigrationPhase.RolledBack, FailureReason.RestoreFailed);
        Observation group =
                Case.in(PodMigrationPhase.Restoring)
                        .members(follower, cause)
                        .failed(FailureReason.GroupMemberFailed)
                        .build();

        assertThat(phases.next(group)).isEqualTo(new Decision.Finish(PodMigrationPhase.RolledBack));
        assertThat(group.status().getFailure().getMessage())
                .startsWith("Pod pod-two ")
                .contains("RestoreFailed");
    }

    /** Each object is in a cache of its own. */
    @Test
    void aMemberMaySeeTheWishToCancelTheGroupBeforeTheGroupDoes() {
        Observation group =
                Case.in(PodMigrationPhase.Armed)
                        .members(
                                failed("one", PodMigrationPhase.Armed, FailureReason.Cancelled),
                                armed("two", CheckpointGoal.Prepare))
                        .build();

        Failure failure = ((Decision.GiveUp) phases.next(group)).failure();

        assertThat(failure.getReason()).isEqualTo(FailureReason.Cancelled);
    }

    @Test
    void aGroupIsNotUndoneBeforeEveryMemberIs() {
        Observation group =
                Case.in(PodMigrationPhase.Restoring)
                        .members(
                                failed(
                                        "one",
                                        PodMigrationPhase.RolledBack,
                                        FailureReason.RestoreFailed),
                                failed(
                                        "two",
                                        PodMigrationPhase.Restoring,
                                        FailureReason.GroupMemberFailed))
                        .failed(FailureReason.GroupMemberFailed)
                        .build();

        assertThat(phases.next(group)).isInstanceOf(Decision.Stay.class);
    }

    @Test
    void aGroupThatIsUndoneAndMeetsATargetThatRunsGoesForward() {
        Observation group =
                Case.in(PodMigrationPhase.Restoring)
                        .members(
                                Case.in(PodMigrationPhase.Committed)
                                        .memberOf(parent(PodMigrationPhase.Restoring), "one")
                                        .build())
                        .failed(FailureReason.TotalLimitExceeded)
                        .build();

        assertThat(phases.next(group)).isEqualTo(new Decision.GoForward());
    }

    /** One target never resumed: its source may go on, and that is better than none. */
    @Test
    void aGroupOfWhichOnePodStayedHasFailedAndSaysWhich() {
        Observation group =
                Case.in(PodMigrationPhase.Switching)
                        .members(
                                Case.in(PodMigrationPhase.Succeeded)
                                        .memberOf(parent(PodMigrationPhase.Switching), "one")
                                        .build(),
                                failed(
                                        "two",
                                        PodMigrationPhase.RolledBack,
                                        FailureReason.RestoreFailed))
                        .build();

        assertThat(phases.next(group)).isEqualTo(new Decision.Finish(PodMigrationPhase.Failed));
        assertThat(group.status().getFailure().getMessage()).startsWith("Pod pod-two ");
    }

    @Test
    void aMemberThatIsGoneBeforeItsEndTakesTheOthersBack() {
        Observation one = armed("one", CheckpointGoal.Prepare);
        Observation group =
                Case.in(PodMigrationPhase.Armed)
                        .members(one, armed("two", CheckpointGoal.Prepare))
                        .onlyTheseAreThere(one)
                        .build();

        Failure failure = ((Decision.GiveUp) phases.next(group)).failure();

        assertThat(failure.getReason()).isEqualTo(FailureReason.GroupMemberFailed);
        assertThat(failure.getMessage()).contains("PodMigration two of pod pod-two");
    }

    @Test
    void theStatusOfTheGroupFollowsThatOfItsMembers() {
        Observation one = armed("one", CheckpointGoal.Prepare);
        Observation group = Case.in(PodMigrationPhase.Preparing).members(one).build();
        one.status().setPhase(PodMigrationPhase.Frozen);
        one.status().setFailure(Failure.of(FailureReason.TargetFull, "full"));

        Facts.note(group, workloads);

        assertThat(group.status().getMembers())
                .singleElement()
                .satisfies(
                        member -> {
                            assertThat(member.getPhase()).isEqualTo(PodMigrationPhase.Frozen);
                            assertThat(member.getReason()).isEqualTo(FailureReason.TargetFull);
                        });
    }

    private static PodMigration parent(PodMigrationPhase phase) {
        return Case.in(phase).members().build().migration();
    }

    private static Observation planned(PodMigration parent) {
        StrategyChoice choice = new StrategyChoice();
        choice.setChosen(Strategy.Checkpoint);
        return Case.in(PodMigrationPhase.Preflight)
                .memberOf(parent, "one")
                .checkpoint(CheckpointGoal.Inspect, PodCheckpointPhase.Inspected)
                .migration(migration -> migration.getStatus().setStrategy(choice))
                .build();
    }

    private static Observation armed(String name, CheckpointGoal goal) {
        return Case.in(PodMigrationPhase.Armed)
                .memberOf(parent(PodMigrationPhase.Armed), name)
                .target()
                .checkpoint(goal, PodCheckpointPhase.Prepared)
                .restore(RestoreGoal.Restore, PodRestorePhase.Armed)
                .build();
    }

    private static Observation failed(String name, PodMigrationPhase phase, FailureReason reason) {
        return Case.in(phase).memberOf(parent(phase), name).failed(reason).build();
    }

    private static WorkloadProgress work(StrategyStage stage, boolean complete) {
        WorkloadProgress work = new WorkloadProgress();
        work.setStrategy("together");
        work.setStage(stage);
        work.setStep(1);
        work.setStageStart(Timestamps.format(Case.NOW));
        work.setComplete(complete);
        return work;
    }

    private static List<Action> actions(Decision decision) {
        assertThat(decision).isInstanceOf(Decision.Stay.class);
        return ((Decision.Stay) decision).actions();
    }
}
