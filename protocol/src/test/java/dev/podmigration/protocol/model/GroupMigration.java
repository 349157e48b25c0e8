package dev.podmigration.protocol.model;

import dev.podmigration.agent.commit.GroupState;
import dev.podmigration.agent.commit.SourceState;
import dev.podmigration.agent.commit.TargetState;
import dev.podmigration.protocol.explore.Behaviour;
import dev.podmigration.protocol.explore.Explorer;
import dev.podmigration.protocol.explore.Kind;
import dev.podmigration.protocol.explore.Steps;
import dev.podmigration.protocol.model.GroupWorld.Member;
import dev.podmigration.protocol.model.GroupWorld.Said;

import java.util.List;

/** Everybody who takes part in the migration of two pods as one, and what must hold. */
public final class GroupMigration implements Behaviour<GroupWorld> {

    private final List<Behaviour<GroupWorld>> parts;

    private GroupMigration(GroupRules rules) {
        GroupSource source = new GroupSource(rules);
        parts = List.of(source, new GroupTargets(rules, source), GroupMigration::others);
    }

    /** Walks everything that can become of the two. */
    public static Explorer<GroupWorld> explore(GroupRules rules) {
        return Explorer.explore(
                new GroupMigration(rules),
                GroupWorld::new,
                new GroupWorld(),
                world -> isTwo(world) || isApart(world),
                GroupMigration::isGoodEnd);
    }

    @Override
    public void offer(GroupWorld world, Steps<GroupWorld> steps) {
        Steps<GroupWorld> ordered =
                (kind, name, change) -> steps.offer(kind, name, change.andThen(GroupWorld::order));
        parts.forEach(part -> part.offer(world, ordered));
    }

    /** The operator, who does no more here than in any other move, and the network. */
    private static void others(GroupWorld world, Steps<GroupWorld> steps) {
        for (int i = 0; i < world.members.size(); i++) {
            int index = i;
            Member member = world.members.get(index);
            if (!member.unwanted) {
                steps.offer(
                        Kind.FAULT,
                        "somebody cancels " + index,
                        later -> later.members.get(index).unwanted = true);
            }
            if (member.said == Said.NEVER && !member.unwanted) {
                steps.offer(
                        Kind.STEP,
                        "operator rolls " + index + " back, whose target never ran",
                        later -> later.members.get(index).unwanted = true);
            }
            if (member.said == Said.RUNS && !member.podDeleted) {
                steps.offer(
                        Kind.STEP,
                        "operator deletes source pod " + index,
                        later -> later.members.get(index).podDeleted = true);
            }
            if (member.session) {
                steps.offer(
                        Kind.FAULT,
                        "stream " + index + " is cut",
                        later -> later.members.get(index).cutStream());
            }
        }
    }

    public static boolean isTwo(GroupWorld world) {
        return world.members.stream().anyMatch(member -> member.sourceRuns() && member.runs);
    }

    /** One goes on there and the other one here, though nothing of it has died. */
    private static boolean isApart(GroupWorld world) {
        return world.members.stream().anyMatch(member -> member.targetRecord == TargetState.RESUMED)
                && world.members.stream().anyMatch(member -> isBack(member) && !member.lost);
    }

    private static boolean isBack(Member member) {
        return member.targetRecord == TargetState.CANCELLED
                || member.record == SourceState.ROLLED_BACK;
    }

    private static boolean isGoodEnd(GroupWorld world) {
        return world.members.stream().allMatch(member -> isThere(member) || isHere(member));
    }

    private static boolean isThere(Member member) {
        return member.runs
                && member.processes == Processes.DEAD
                && member.record == SourceState.RELEASED;
    }

    private static boolean isHere(Member member) {
        return member.sourceRuns()
                && !member.runs
                && !member.memory
                && (member.record == null || member.record == SourceState.ROLLED_BACK);
    }

    public static boolean hasEndedOnTheTargets(GroupWorld world) {
        return world.members.stream().allMatch(GroupMigration::isThere);
    }

    public static boolean hasEndedOnTheSources(GroupWorld world) {
        return world.group == GroupState.ROLLED_BACK
                && world.members.stream().allMatch(GroupMigration::isHere);
    }

    /** None would be worse. */
    public static boolean hasEndedApart(GroupWorld world) {
        return isGoodEnd(world)
                && world.members.stream().anyMatch(GroupMigration::isThere)
                && world.members.stream().anyMatch(GroupMigration::isHere);
    }
}
