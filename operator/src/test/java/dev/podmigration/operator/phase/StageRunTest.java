package dev.podmigration.operator.phase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyChoice;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.api.v1alpha1.Timestamps;
import dev.podmigration.api.v1alpha1.WorkloadProgress;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.fakes.Answered;
import dev.podmigration.operator.fakes.Case;
import dev.podmigration.operator.fakes.FakeStrategy;
import dev.podmigration.operator.forecast.FreezeHistory;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.settings.TimeLimits;
import dev.podmigration.operator.workload.Workloads;
import dev.podmigration.workload.Progress;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

class StageRunTest {

    private final FakeStrategy strategy = new FakeStrategy("save", Strategy.Hybrid);
    private final PhaseTable phases =
            new PhaseTable(
                    TimeLimits.DEFAULT,
                    new FreezeHistory(),
                    new Workloads(List.of(), List.of(strategy)));
    private final WorkloadProgress work = new WorkloadProgress();
    private final Answered answered = new Answered();

    @Test
    void aStageBeginsWithItsFirstStepBeforeAnythingElseIsTouched() {
        Observation seen = preparing().build();

        Action.StepStrategy step = step(phases.next(seen));

        assertThat(step.stage()).isEqualTo(StrategyStage.Prepare);
        assertThat(step.number()).isEqualTo(1);
        assertThat(step.targetNodes()).isEmpty();
        assertThat(work.getStage()).isEqualTo(StrategyStage.Prepare);
    }

    @Test
    void aStepWhoseOutcomeWasLostIsDoneAgainWithTheSameMemory() {
        at(StrategyStage.Prepare, 3);
        work.setMemory(Map.of("id", "7"));

        Action.StepStrategy step = step(phases.next(preparing().build()));

        assertThat(step.number()).isEqualTo(3);
        assertThat(step.memory()).isEqualTo(Map.of("id", "7"));
    }

    @Test
    void whatAStepRemembersIsInTheStatusWhenTheNextOneIsDone() {
        at(StrategyStage.Prepare, 1);
        answered.outcome(
                StrategyStage.Prepare,
                1,
                Progress.waitFor("a savepoint", Duration.ZERO, Map.of("id", "7")));

        Action.StepStrategy step = step(phases.next(preparing().build()));

        assertThat(work.getMemory()).isEqualTo(Map.of("id", "7"));
        assertThat(work.getWaitingFor()).isEqualTo("a savepoint");
        assertThat(step.number()).isEqualTo(2);
        assertThat(step.memory()).isEqualTo(Map.of("id", "7"));
    }

    @Test
    void theNextStepIsNotDoneBeforeItIsDue() {
        at(StrategyStage.Prepare, 1);
        answered.outcome(
                StrategyStage.Prepare,
                1,
                Progress.waitFor("a savepoint", Duration.ofSeconds(5), Map.of()));

        Decision.Stay stay = (Decision.Stay) phases.next(preparing().build());
        assertThat(stay.actions()).isEmpty();
        assertThat(stay.waitingFor()).isEqualTo("a savepoint");
        assertThat(stay.lookAgain()).isEqualTo(Case.NOW.plusSeconds(5));

        assertThat(step(phases.next(preparing().after(Duration.ofSeconds(5)).build())).number())
                .isEqualTo(2);
    }

    @Test
    void aStageThatIsNotDoneInItsTimeEndsTheMigration() {
        strategy.limit(Duration.ofSeconds(20));
        at(StrategyStage.Prepare, 1);
        work.setWaitingFor("a savepoint");

        Decision decision = phases.next(preparing().after(Duration.ofSeconds(20)).build());

        Failure failure = ((Decision.GiveUp) decision).failure();
        assertThat(failure.getReason()).isEqualTo(FailureReason.WorkloadTimeout);
        assertThat(failure.getMessage()).contains("save", "Prepare", "a savepoint");
    }

    @Test
    void aRefusalEndsTheMigrationWithTheReasonOfTheStrategy() {
        at(StrategyStage.Prepare, 1);
        answered.outcome(
                StrategyStage.Prepare,
                1,
                Progress.refused(
                        Failure.of(FailureReason.WorkloadNotMovable, "It is restarting."),
                        Map.of("id", "7")));

        Decision decision = phases.next(preparing().build());

        assertThat(((Decision.GiveUp) decision).failure().getReason())
                .isEqualTo(FailureReason.WorkloadNotMovable);
        assertThat(work.getMemory()).isEqualTo(Map.of("id", "7"));
    }

    @Test
    void theFreezeBeginsWhenTheStrategySaysSo() {
        Case armed = armed();
        assertThat(step(phases.next(armed.build())).stage()).isEqualTo(StrategyStage.AwaitFreeze);

        answered.outcome(
                StrategyStage.AwaitFreeze,
                1,
                new Progress.Done(Map.of(), Optional.of(Case.NOW.plusSeconds(2))));

        assertThat(((Decision.Stay) phases.next(armed.build())).actions())
                .singleElement()
                .isInstanceOf(Action.SetGoal.class);
        assertThat(work.isComplete()).isTrue();
    }

    @Test
    void aMomentToFreezeThatHasPassedIsAskedForAgain() {
        at(StrategyStage.AwaitFreeze, 4);
        work.setComplete(true);
        work.setValidUntil(Timestamps.format(Case.NOW.plusSeconds(2)));

        Action.StepStrategy step = step(phases.next(armed().after(Duration.ofSeconds(3)).build()));

        assertThat(step.number()).isEqualTo(5);
        assertThat(work.isComplete()).isFalse();
    }

    @Test
    void anAnswerThatComesTooLateIsOfNoUse() {
        at(StrategyStage.AwaitFreeze, 1);
        answered.outcome(
                StrategyStage.AwaitFreeze,
                1,
                new Progress.Done(Map.of(), Optional.of(Case.NOW.plusSeconds(2))));

        Action.StepStrategy step = step(phases.next(armed().after(Duration.ofSeconds(3)).build()));

        assertThat(step.number()).isEqualTo(2);
    }

    @Test
    void aStrategyThatIsNotLoadedAnyMoreEndsTheMigration() {
        work.setStrategy("removed");

        Decision decision = phases.next(preparing().build());

        assertThat(((Decision.GiveUp) decision).failure().getReason())
                .isEqualTo(FailureReason.PluginFailed);
    }

    @Test
    void workIsTakenBackWhenTheAgentsHaveUndoneTheirs() {
        at(StrategyStage.Prepare, 2);

        Decision decision =
                phases.next(preparing().failed(FailureReason.WorkloadNotMovable).build());

        assertThat(step(decision).stage()).isEqualTo(StrategyStage.Undo);
    }

    @Test
    void aStrategyThatDidNothingHasNothingToTakeBack() {
        Decision decision = phases.next(preparing().failed(FailureReason.NoEligibleNode).build());

        assertThat(decision).isInstanceOf(Decision.Finish.class);
    }

    @Test
    void workThatCannotBeTakenBackIsReportedBesideTheFirstFailure() {
        at(StrategyStage.Undo, 1);
        answered.outcome(
                StrategyStage.Undo,
                1,
                Progress.refused(
                        Failure.of(FailureReason.WorkloadNotMovable, "It is gone."), Map.of()));
        Observation seen = preparing().failed(FailureReason.PluginFailed).build();

        assertThat(phases.next(seen)).isEqualTo(new Decision.Finish(PodMigrationPhase.RolledBack));
        assertThat(work.getUndoFailure().getMessage()).isEqualTo("It is gone.");
        assertThat(seen.status().getFailure().getReason()).isEqualTo(FailureReason.PluginFailed);
    }

    @Test
    void whatIsBeingDoneForAMigrationThatIsUndoneIsInterrupted() {
        at(StrategyStage.Prepare, 1);
        answered.busy();

        Decision decision =
                phases.next(
                        preparing()
                                .checkpoint(CheckpointGoal.Prepare, PodCheckpointPhase.Preparing)
                                .failed(FailureReason.Cancelled)
                                .build());

        assertThat(((Decision.Stay) decision).actions())
                .hasAtLeastOneElementOfType(Action.InterruptStrategy.class);
    }

    @Test
    void aHybridGoesOnWithoutACheckpointWhenThatIsUndone() {
        at(StrategyStage.AwaitFreeze, 1);
        work.setComplete(true);

        Decision decision =
                phases.next(
                        in(PodMigrationPhase.Restoring)
                                .failed(FailureReason.RestoreFailed)
                                .build());

        assertThat(decision).isInstanceOf(Decision.FallBack.class);
    }

    @Test
    void aHybridThatSomebodyCancelsIsOnlyUndone() {
        at(StrategyStage.AwaitFreeze, 1);
        work.setComplete(true);

        Decision decision =
                phases.next(
                        in(PodMigrationPhase.Restoring)
                                .failed(FailureReason.Cancelled)
                                .migration(migration -> migration.getSpec().setCancelled(true))
                                .build());

        assertThat(step(decision).stage()).isEqualTo(StrategyStage.Undo);
    }

    @Test
    void aHybridFallsBackOnce() {
        at(StrategyStage.Fallback, 1);
        work.setFellBack(true);

        Decision decision =
                phases.next(
                        in(PodMigrationPhase.Moving)
                                .failed(FailureReason.ReplacementNotReady)
                                .build());

        assertThat(step(decision).stage()).isEqualTo(StrategyStage.Undo);
    }

    private void at(StrategyStage stage, int step) {
        work.setStage(stage);
        work.setStep(step);
        work.setStageStart(Timestamps.format(Case.NOW));
    }

    private Case preparing() {
        return in(PodMigrationPhase.Preparing);
    }

    private Case armed() {
        return in(PodMigrationPhase.Armed)
                .checkpoint(CheckpointGoal.Prepare, PodCheckpointPhase.Prepared);
    }

    private Case in(PodMigrationPhase phase) {
        StrategyChoice choice = new StrategyChoice();
        choice.setChosen(Strategy.Hybrid);
        if (work.getStrategy() == null) {
            work.setStrategy("save");
        }
        return Case.in(phase)
                .work(answered)
                .migration(
                        migration -> {
                            migration.getStatus().setStrategy(choice);
                            migration.getStatus().setWorkload(work);
                        });
    }

    private static Action.StepStrategy step(Decision decision) {
        assertThat(decision).isInstanceOf(Decision.Stay.class);
        assertThat(((Decision.Stay) decision).actions())
                .hasSize(1)
                .first()
                .isInstanceOf(Action.StepStrategy.class);
        return (Action.StepStrategy) ((Decision.Stay) decision).actions().getFirst();
    }
}
