package dev.podmigration.operator.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.operator.fakes.Answered;
import dev.podmigration.operator.fakes.Case;
import dev.podmigration.operator.fakes.FakeStrategy;
import dev.podmigration.operator.workload.Ladder.Choice;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.Detection;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.Move;
import dev.podmigration.workload.MovingPod;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

class LadderTest {

    private static final Ladder.Objections NONE =
            new Ladder.Objections(Optional.empty(), Optional.empty(), OptionalLong.of(700));

    private static final Failure IO_URING =
            Failure.of(FailureReason.IoUringInUse, "Container main uses io_uring.");

    private final Answered answered = new Answered();

    @Test
    void aPodThatNoPluginKnowsIsMovedByACheckpoint() {
        Choice choice = walk(NONE, pod());

        assertThat(chosen(choice)).isEqualTo("generic");
        assertThat(choice.reasons()).isEmpty();
    }

    @Test
    void whatIsRefusedIsNotedWithItsReasonAndWhatWouldMakeItPossible() {
        Choice choice = walk(freezingRefused(), pod());

        assertThat(choice).isInstanceOf(Choice.None.class);
        assertThat(((Choice.None) choice).failure().getReason())
                .isEqualTo(FailureReason.IoUringInUse);
        assertThat(choice.reasons())
                .hasSize(4)
                .first()
                .asString()
                .isEqualTo(
                        "Checkpoint is not possible: Container main uses io_uring. To make it"
                                + " possible: "
                                + FailureReason.IoUringInUse.remedy());
        assertThat(choice.reasons().getLast())
                .startsWith("Recreate is not possible")
                .contains("workload.podmigration.dev/stateless");
    }

    @Test
    void aPodThatDeclaresItIsMadeAnewWhenItCannotBeFrozen() {
        Pod stateless =
                new PodBuilder(pod())
                        .editMetadata()
                        .addToAnnotations("workload.podmigration.dev/stateless", "true")
                        .endMetadata()
                        .build();

        assertThat(chosen(walk(freezingRefused(), stateless))).isEqualTo("recreate");
    }

    @Test
    void aDetectorCanKnowThatNothingIsWorthKeeping() {
        Detection stateless = new Detection("web", Map.of(), List.of(), Map.of(), true);

        Choice choice =
                ladder().walk(Ladder.RUNGS, move(pod(), stateless), answered, freezingRefused());

        assertThat(chosen(choice)).isEqualTo("recreate");
    }

    @Test
    void aStrategyIsAskedBeforeItIsChosen() {
        FakeStrategy savepoint = new FakeStrategy("save", Strategy.Savepoint);

        Choice before = walk(freezingRefused(), pod(), savepoint);
        answered.assessment("save", Assessment.possible());
        Choice after = walk(freezingRefused(), pod(), savepoint);

        assertThat(before).isInstanceOf(Choice.Ask.class);
        assertThat(chosen(after)).isEqualTo("save");
        assertThat(after.reasons()).hasSize(2);
    }

    @Test
    void aStrategyThatKnowsTheProgramIsNotPassedOverByOneThatKnowsLess() {
        FakeStrategy knowing = new FakeStrategy("knowing", Strategy.Checkpoint);
        answered.assessment(
                "knowing",
                Assessment.refused(
                        Failure.of(FailureReason.WorkloadNotMovable, "The job is restarting.")));

        Choice choice = walk(NONE, pod(), knowing);

        assertThat(choice).isInstanceOf(Choice.None.class);
        assertThat(((Choice.None) choice).failure().getReason())
                .isEqualTo(FailureReason.WorkloadNotMovable);
    }

    @Test
    void aFreezeThatIsLongerThanTheProgramBearsRefusesTheRung() {
        FakeStrategy knowing = new FakeStrategy("knowing", Strategy.Checkpoint);
        answered.assessment(
                "knowing", Assessment.possible().withFreezeBudget(Duration.ofMillis(699)));

        Choice refused = walk(NONE, pod(), knowing);
        answered.assessment(
                "knowing", Assessment.possible().withFreezeBudget(Duration.ofMillis(700)));
        Choice possible = walk(NONE, pod(), knowing);

        assertThat(((Choice.None) refused).failure().getReason())
                .isEqualTo(FailureReason.FreezeBudgetExceeded);
        assertThat(((Choice.None) refused).failure().getMessage()).contains("700 ms", "699 ms");
        assertThat(chosen(possible)).isEqualTo("knowing");
    }

    @Test
    void aStrategyThatThrowsRefusesItsRungAndNoOther() {
        FakeStrategy broken =
                new FakeStrategy("broken", Strategy.Hybrid)
                        .applies(
                                _ -> {
                                    throw new IllegalStateException("no idea");
                                });

        assertThat(chosen(walk(NONE, pod(), broken))).isEqualTo("generic");
        Choice hybrid = ladder(broken).walk(List.of(Strategy.Hybrid), move(pod()), answered, NONE);
        assertThat(((Choice.None) hybrid).failure().getReason())
                .isEqualTo(FailureReason.PluginFailed);
        assertThat(((Choice.None) hybrid).failure().getMessage()).contains("broken", "no idea");
    }

    @Test
    void rungsAreTriedInTheOrderThatIsGiven() {
        FakeStrategy savepoint = new FakeStrategy("save", Strategy.Savepoint);
        answered.assessment("save", Assessment.possible());

        Choice choice =
                ladder(savepoint)
                        .walk(
                                List.of(Strategy.Savepoint, Strategy.Checkpoint),
                                move(pod()),
                                answered,
                                NONE);

        assertThat(chosen(choice)).isEqualTo("save");
    }

    @Test
    void anOwnerThatMovesThePodItselfNeedNotBeKnown() {
        FakeStrategy byOwner = new FakeStrategy("owner", Strategy.Savepoint).movedByOwner();
        answered.assessment("owner", Assessment.possible());
        Failure owner = Failure.of(FailureReason.OwnerNotSupported, "It belongs to a Job.");

        Choice choice =
                walk(
                        new Ladder.Objections(
                                Optional.of(owner), Optional.of(owner), OptionalLong.empty()),
                        pod(),
                        byOwner);

        assertThat(chosen(choice)).isEqualTo("owner");
    }

    private static Ladder.Objections freezingRefused() {
        return new Ladder.Objections(Optional.of(IO_URING), Optional.empty(), OptionalLong.empty());
    }

    private Choice walk(Ladder.Objections objections, Pod pod, MigrationStrategy... plugins) {
        return ladder(plugins).walk(Ladder.RUNGS, move(pod), answered, objections);
    }

    private static Ladder ladder(MigrationStrategy... plugins) {
        return new Ladder(new Workloads(List.of(), List.of(plugins)));
    }

    private static Move move(Pod pod, Detection... detected) {
        return new Move(
                new PodMigration(),
                List.of(new MovingPod(Optional.of(pod), List.of(), Optional.empty())),
                List.of(detected));
    }

    private static Pod pod() {
        return Case.pod("app", "node-a");
    }

    private static String chosen(Choice choice) {
        return choice instanceof Choice.Chosen chosen ? chosen.strategy().name() : "" + choice;
    }
}
