package dev.podmigration.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.agent.commit.GroupDecision;
import dev.podmigration.agent.commit.GroupEvent;
import dev.podmigration.agent.commit.GroupState;
import dev.podmigration.agent.commit.SourceDecision;
import dev.podmigration.agent.commit.SourceEvent;
import dev.podmigration.agent.commit.SourceState;
import dev.podmigration.agent.commit.TargetDecision;
import dev.podmigration.protocol.model.GroupRules;
import dev.podmigration.protocol.model.GroupRules.Flaw;

import org.junit.jupiter.api.Test;

/** Ways to move two pods as one that nearly do. All are caught. */
class BrokenGroupTest {

    private static final GroupRules REAL = GroupRules.real();

    @Test
    void aGrantForTheFirstOneThatAsks() {
        apart(
                REAL.withGroup(
                        (state, event) ->
                                GroupDecision.of(
                                        state,
                                        event == GroupEvent.ASKED ? GroupEvent.ALL_ASKED : event)));
    }

    @Test
    void aMemberThatIsThawedWithoutAWordToTheGroup() {
        apart(
                REAL.withMember(
                        (state, group, event) ->
                                state == SourceState.FROZEN && event == SourceEvent.GIVE_UP
                                        ? SourceDecision.of(state, event)
                                        : SourceDecision.ofMember(state, group, event)));
    }

    @Test
    void aGroupThatCanBeGrantedAfterItWasRolledBack() {
        apart(
                REAL.withGroup(
                        (state, event) ->
                                state == GroupState.ROLLED_BACK && event == GroupEvent.ALL_ASKED
                                        ? GroupState.GRANTED
                                        : GroupDecision.of(state, event)));
    }

    @Test
    void aGroupThatIsRolledBackAfterItWasGranted() {
        apart(
                REAL.withGroup(
                        (state, event) ->
                                state == GroupState.GRANTED && event == GroupEvent.GIVE_UP
                                        ? GroupState.ROLLED_BACK
                                        : GroupDecision.of(state, event)));
    }

    @Test
    void aGroupThatStaysOpenWhenItsAgentWasRestarted() {
        assertThat(
                        Violation.of(
                                REAL.withGroup(
                                        (state, event) ->
                                                event == GroupEvent.RESTARTED
                                                        ? state
                                                        : GroupDecision.of(state, event))))
                .map(Violation::kind)
                .contains(Violation.Kind.WRONG_END);
    }

    @Test
    void anAgentThatComesUpAndReadsTheRecordsOfTheMembersAlone() {
        assertThat(Violation.of(REAL.with(Flaw.RECOVERS_WITHOUT_THE_GROUP))).isPresent();
    }

    @Test
    void aRecordForEachMemberAndNoneForTheGroup() {
        apart(REAL.with(Flaw.RECORDS_EACH_MEMBER_ONLY));
    }

    @Test
    void aMemberThatBeginsWhenTheGroupWasGivenUp() {
        assertThat(Violation.of(REAL.with(Flaw.BEGINS_WITHOUT_LOOKING))).isPresent();
    }

    @Test
    void aTargetThatGivesUpAfterItHasAsked() {
        apart(REAL.withTarget(TargetDecision::of));
    }

    @Test
    void aTargetThatTakesSilenceForARefusal() {
        apart(REAL.with(Flaw.TAKES_SILENCE_FOR_A_REFUSAL));
    }

    private static void apart(GroupRules rules) {
        assertThat(Violation.of(rules)).map(Violation::kind).contains(Violation.Kind.NOT_TOGETHER);
    }
}
