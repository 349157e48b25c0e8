package dev.podmigration.protocol.model;

import dev.podmigration.agent.commit.GroupDecision;
import dev.podmigration.agent.commit.GroupEvent;
import dev.podmigration.agent.commit.GroupState;
import dev.podmigration.agent.commit.SourceDecision;
import dev.podmigration.agent.commit.SourceEvent;
import dev.podmigration.agent.commit.SourceState;
import dev.podmigration.agent.commit.TargetDecision;
import dev.podmigration.agent.commit.TargetEvent;
import dev.podmigration.agent.commit.TargetState;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * How two pods that move as one are decided about.
 *
 * @param group the table of the group's record
 * @param member that of a source's record, with what the group's says
 * @param target that of a target
 * @param flaws habits that differ from the real ones
 */
public record GroupRules(
        BiFunction<GroupState, GroupEvent, GroupState> group,
        Member member,
        BiFunction<TargetState, TargetEvent, TargetDecision> target,
        Set<Flaw> flaws) {

    /** Decides about the source of a member. */
    public interface Member {
        SourceDecision of(SourceState state, GroupState group, SourceEvent event);
    }

    /** What somebody could think to be as good. */
    public enum Flaw {
        /** An agent that comes up looks at the records of the members alone. */
        RECOVERS_WITHOUT_THE_GROUP,
        /** When all have asked each member's record is written, and no other. */
        RECORDS_EACH_MEMBER_ONLY,
        /** The group's record is not opened again, or looked at, by the one that begins last. */
        BEGINS_WITHOUT_LOOKING,
        /** A target that has asked and cannot reach the source gives up. */
        TAKES_SILENCE_FOR_A_REFUSAL
    }

    public GroupRules {
        flaws = flaws.isEmpty() ? Set.of() : EnumSet.copyOf(flaws);
    }

    /** As it is. */
    public static GroupRules real() {
        return new GroupRules(
                GroupDecision::of, SourceDecision::ofMember, TargetDecision::ofMember, Set.of());
    }

    public GroupRules withGroup(BiFunction<GroupState, GroupEvent, GroupState> other) {
        return new GroupRules(other, member, target, flaws);
    }

    public GroupRules withMember(Member other) {
        return new GroupRules(group, other, target, flaws);
    }

    public GroupRules withTarget(BiFunction<TargetState, TargetEvent, TargetDecision> other) {
        return new GroupRules(group, member, other, flaws);
    }

    public GroupRules with(Flaw flaw) {
        return new GroupRules(group, member, target, EnumSet.of(flaw));
    }

    boolean have(Flaw flaw) {
        return flaws.contains(flaw);
    }
}
