package dev.podmigration.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.agent.commit.ReceiverDecision;
import dev.podmigration.agent.commit.ReceiverEvent;
import dev.podmigration.agent.commit.ReceiverState;
import dev.podmigration.agent.commit.SourceDecision;
import dev.podmigration.agent.commit.SourceEvent;
import dev.podmigration.agent.commit.SourceState;
import dev.podmigration.agent.commit.TargetDecision;
import dev.podmigration.agent.commit.TargetEvent;
import dev.podmigration.agent.commit.TargetState;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.observe.NodeState;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.phase.Decision;
import dev.podmigration.operator.settings.TimeLimits;
import dev.podmigration.protocol.model.Rules;
import dev.podmigration.protocol.model.Rules.Flaw;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Protocols that differ from the real one in a single decision or habit, each of which somebody
 * could think to be harmless. All are caught.
 */
class BrokenProtocolTest {

    private static final Rules NEW_NAME = Rules.real(false);
    private static final Rules SAME_NAME = Rules.real(true);

    /** It does not take more to see that they are wrong, and far fewer states are walked. */
    private static final int FEW_FAULTS = 1;

    @Test
    void aSourceThatIsThawedAfterTheGrantBecauseItTakesTooLong() {
        two(NEW_NAME.withSource(thawing(SourceState.GRANTED, SourceEvent.GIVE_UP)));
        // The source runs on, and the migration goes on, too.
        wrongEnd(SAME_NAME.withSource(thawing(SourceState.GRANTED, SourceEvent.GIVE_UP)));
    }

    @Test
    void aSourceThatIsThawedAfterTheGrantBecauseItsAgentWasRestarted() {
        two(NEW_NAME.withSource(thawing(SourceState.GRANTED, SourceEvent.RESTARTED)));
    }

    @Test
    void aSourceThatGrantsAfterItWasRolledBack() {
        two(
                NEW_NAME.withSource(
                        (state, event) ->
                                state == SourceState.ROLLED_BACK
                                                && event == SourceEvent.GRANT_REQUESTED
                                        ? new SourceDecision(state, SourceDecision.Action.GRANT)
                                        : SourceDecision.of(state, event)));
    }

    @Test
    void aSourceThatNeverTakesAGrantBack() {
        wrongEnd(
                NEW_NAME.withSource(
                        (state, event) ->
                                state == SourceState.GRANTED
                                                && event == SourceEvent.TARGET_NEVER_RESUMED
                                        ? new SourceDecision(state, SourceDecision.Action.NONE)
                                        : SourceDecision.of(state, event)));
    }

    @Test
    void aGrantThatIsAnsweredBeforeItIsOnTheDisk() {
        two(NEW_NAME.with(Flaw.GRANTS_BEFORE_RECORDING));
    }

    /** The kubelet starts every pod that the API server still has for its node. */
    @Test
    void aSourcesNodeThatStartsAfterAPowerFailureWhatWasGranted() {
        two(NEW_NAME.with(Flaw.DOES_NOT_GUARD));
    }

    @Test
    void aSourcesNodeThatIsToldTooLateNotToStartWhatWasGranted() {
        two(NEW_NAME.with(Flaw.GUARDS_AFTER_RECORDING));
    }

    @Test
    void aSourcesNodeThatIsNotToldThatItMayStartThePodAgain() {
        wrongEnd(NEW_NAME.with(Flaw.KEEPS_THE_GUARD));
    }

    @Test
    void aTargetThatRunsWithoutAGrant() {
        two(
                NEW_NAME.withTarget(
                        (state, event) ->
                                state == TargetState.RESTORING && event == TargetEvent.COMPLETE
                                        ? new TargetDecision(
                                                TargetState.RESUMED, TargetDecision.Action.RESUME)
                                        : TargetDecision.of(state, event)));
    }

    @Test
    void aTargetThatTakesSilenceForAGrant() {
        two(
                NEW_NAME.withTarget(
                        (state, event) ->
                                state == TargetState.ASKED && event == TargetEvent.GIVE_UP
                                        ? new TargetDecision(
                                                TargetState.RESUMED, TargetDecision.Action.RESUME)
                                        : TargetDecision.of(state, event)));
    }

    @Test
    void aTargetThatRunsBeforeThatIsOnTheDisk() {
        two(NEW_NAME.with(Flaw.RUNS_BEFORE_RECORDING));
    }

    @Test
    void aTargetThatGivesUpThoughItRuns() {
        two(
                NEW_NAME.withTarget(
                        (state, event) ->
                                state == TargetState.RESUMED && event == TargetEvent.RESTARTED
                                        ? new TargetDecision(
                                                TargetState.CANCELLED, TargetDecision.Action.KILL)
                                        : TargetDecision.of(state, event)));
    }

    @Test
    void aLauncherThatStartsThePodPlainlyBeforeItIsCommitted() {
        two(NEW_NAME.with(Flaw.STARTS_PLAINLY_WITHOUT_THE_MARK));
    }

    /** A wish to cancel, or a second answer, that came beside the grant. */
    @Test
    void aRestoreThatListensAfterTheGrant() {
        wrongEnd(NEW_NAME.with(Flaw.LISTENS_AFTER_THE_GRANT));
    }

    @Test
    void anAgentThatForgetsAPodThatCrioDoesNotKnowYet() {
        wrongEnd(NEW_NAME.with(Flaw.FORGETS_WHAT_CRIO_DOES_NOT_KNOW));
    }

    @Test
    void aSourceWhoseGrantWasNotSentAndThatKeepsTheStream() {
        wrongEnd(SAME_NAME.with(Flaw.KEEPS_A_STREAM_THAT_BRINGS_NO_ANSWER));
    }

    @Test
    void anOperatorThatDeletesTheTargetBecauseTheSourceHasGrantedAndTheTargetIsSilent() {
        wrongEnd(
                NEW_NAME.withOperator(
                        insteadOf(
                                NEW_NAME.operator(),
                                seen ->
                                        seen.target().isPresent()
                                                && isGranted(seen)
                                                && isTargetSilent(seen),
                                seen ->
                                        Decision.act(
                                                new Action.DeletePod(seen.target().get(), 1),
                                                "the target pod to go",
                                                later(seen)))));
    }

    @Test
    void anOperatorThatTakesTheGrantForTheCommit() {
        wrongEnd(
                NEW_NAME.withOperator(
                        insteadOf(
                                NEW_NAME.operator(),
                                seen ->
                                        seen.phase() == PodMigrationPhase.Restoring
                                                && isGranted(seen),
                                _ -> new Decision.Enter(PodMigrationPhase.Committed))));
    }

    @Test
    void anOperatorThatDeletesTheSourceBeforeTheTargetSaysThatItHasTheGrant() {
        wrongEnd(
                SAME_NAME.withOperator(
                        insteadOf(
                                SAME_NAME.operator(),
                                seen -> seen.source().isPresent() && isGranted(seen),
                                seen ->
                                        Decision.act(
                                                new Action.FreeName(seen.source().get()),
                                                "the source pod to go",
                                                later(seen)))));
    }

    @Test
    void aReceiverThatGivesUpWhatItWasGranted() {
        wrongEnd(
                SAME_NAME.withReceiver(
                        (state, event) ->
                                state == ReceiverState.GRANTED && event == ReceiverEvent.GIVE_UP
                                        ? new ReceiverDecision(
                                                ReceiverState.CANCELLED,
                                                ReceiverDecision.Action.KILL)
                                        : ReceiverDecision.of(state, event)));
    }

    @Test
    void aReceiverThatDoesNotStartThePodAnewWhenItsMemoryIsLost() {
        wrongEnd(
                SAME_NAME.withReceiver(
                        (state, event) ->
                                state == ReceiverState.GRANTED && event == ReceiverEvent.MEMORY_LOST
                                        ? new ReceiverDecision(state, ReceiverDecision.Action.NONE)
                                        : ReceiverDecision.of(state, event)));
    }

    private static BiFunction<SourceState, SourceEvent, SourceDecision> thawing(
            SourceState when, SourceEvent at) {
        return (state, event) ->
                state == when && event == at
                        ? new SourceDecision(SourceState.ROLLED_BACK, SourceDecision.Action.THAW)
                        : SourceDecision.of(state, event);
    }

    private static Function<Observation, Decision> insteadOf(
            Function<Observation, Decision> real,
            Predicate<Observation> when,
            Function<Observation, Decision> other) {
        return seen -> when.test(seen) ? other.apply(seen) : real.apply(seen);
    }

    private static boolean isGranted(Observation seen) {
        return seen.checkpointIs(PodCheckpointPhase.Granted);
    }

    private static boolean isTargetSilent(Observation seen) {
        return seen.targetNode()
                .flatMap(seen.cluster()::migrationNode)
                .filter(
                        node ->
                                NodeState.isSilent(
                                        node, TimeLimits.DEFAULT.heartbeat(), seen.now()))
                .isPresent();
    }

    private static Instant later(Observation seen) {
        return seen.now().plus(Duration.ofSeconds(30));
    }

    private static void two(Rules broken) {
        is(Violation.Kind.TWO_COPIES_RUN, broken.withFaults(FEW_FAULTS));
    }

    private static void wrongEnd(Rules broken) {
        is(Violation.Kind.WRONG_END, broken.withFaults(FEW_FAULTS));
    }

    private static void is(Violation.Kind kind, Rules broken) {
        Optional<Violation> found = Violation.of(broken);
        assertThat(found).map(Violation::kind).contains(kind);
    }
}
