package dev.podmigration.protocol.model;

import dev.podmigration.agent.commit.GroupEvent;
import dev.podmigration.agent.commit.GroupState;
import dev.podmigration.agent.commit.SourceDecision;
import dev.podmigration.agent.commit.SourceEvent;
import dev.podmigration.agent.commit.SourceState;
import dev.podmigration.agent.commit.TargetState;
import dev.podmigration.protocol.explore.Behaviour;
import dev.podmigration.protocol.explore.Kind;
import dev.podmigration.protocol.explore.Steps;
import dev.podmigration.protocol.model.GroupRules.Flaw;
import dev.podmigration.protocol.model.GroupWorld.Member;
import dev.podmigration.protocol.model.GroupWorld.Said;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The one agent of the node that both pods leave, as {@code NodeSource}, {@code SourceGroup} and
 * {@code SourceCommit} are: a thread for each pod, and each write to the disk a step of its own.
 */
final class GroupSource implements Behaviour<GroupWorld> {

    private static final Set<GroupSourceTask> CAN_FAIL =
            EnumSet.of(
                    GroupSourceTask.AT_BARRIER,
                    GroupSourceTask.STOP,
                    GroupSourceTask.SEND,
                    GroupSourceTask.AWAIT_REQUEST,
                    GroupSourceTask.WAITING,
                    GroupSourceTask.SEND_GRANT,
                    GroupSourceTask.AWAIT_RESUMED);

    private static final Set<GroupSourceTask> RECOVERING =
            EnumSet.of(GroupSourceTask.RECOVER_GROUP, GroupSourceTask.RECOVER_OWN);

    private final GroupRules rules;

    GroupSource(GroupRules rules) {
        this.rules = rules;
    }

    @Override
    public void offer(GroupWorld world, Steps<GroupWorld> steps) {
        steps.offer(Kind.FAULT, "source's agent dies", GroupSource::die);
        for (int i = 0; i < world.members.size(); i++) {
            new Pod(i, steps).offer(world);
        }
    }

    private static void die(GroupWorld world) {
        world.failed = false;
        for (Member member : world.members) {
            member.task =
                    member.record == null ? GroupSourceTask.IDLE : GroupSourceTask.RECOVER_GROUP;
            member.asked = false;
            member.closeLink();
        }
    }

    /** Not before it has acted on all of its records. */
    boolean answers(GroupWorld world) {
        return world.members.stream().noneMatch(member -> RECOVERING.contains(member.task));
    }

    /** The call of a target that has lost the stream. */
    SourceDecision.Action answer(GroupWorld world, Member member) {
        if (member.record == null) {
            return SourceDecision.Action.REFUSE;
        }
        member.asked = true;
        decideGroup(world, member, SourceEvent.GRANT_REQUESTED);
        return decideOwn(world, member, SourceEvent.GRANT_REQUESTED);
    }

    private void decideGroup(GroupWorld world, Member member, SourceEvent event) {
        GroupState group = world.group;
        if (member.record == SourceState.FROZEN
                && group != null
                && !rules.have(Flaw.RECORDS_EACH_MEMBER_ONLY)) {
            world.group = rules.group().apply(group, GroupEvent.of(event, world.allHaveAsked()));
        }
    }

    private SourceDecision.Action decideOwn(GroupWorld world, Member member, SourceEvent event) {
        SourceDecision decision = decision(world, member, event);
        member.record = decision.next();
        return decision.action();
    }

    private SourceDecision decision(GroupWorld world, Member member, SourceEvent event) {
        SourceState record = member.record;
        if (record == null) {
            throw new IllegalStateException("nothing is recorded");
        }
        if (rules.have(Flaw.RECORDS_EACH_MEMBER_ONLY)) {
            return event == SourceEvent.GRANT_REQUESTED
                            && record == SourceState.FROZEN
                            && !world.allHaveAsked()
                    ? new SourceDecision(record, SourceDecision.Action.WAIT)
                    : SourceDecision.of(record, event);
        }
        if (event == SourceEvent.RESTARTED && rules.have(Flaw.RECOVERS_WITHOUT_THE_GROUP)) {
            return SourceDecision.of(record, event);
        }
        return rules.member().of(record, said(world), event);
    }

    /** One that is not recorded has granted nobody. */
    private static GroupState said(GroupWorld world) {
        GroupState group = world.group;
        return group == null ? GroupState.ROLLED_BACK : group;
    }

    /** {@code SourceCommit.record}. */
    private SourceState read(GroupWorld world, Member member) {
        SourceState record = member.record;
        if (record == null) {
            throw new IllegalStateException("nothing is recorded");
        }
        if (record != SourceState.FROZEN || rules.have(Flaw.RECORDS_EACH_MEMBER_ONLY)) {
            return record;
        }
        return switch (said(world)) {
            case OPEN -> SourceState.FROZEN;
            case GRANTED -> SourceState.GRANTED;
            case ROLLED_BACK -> SourceState.ROLLED_BACK;
        };
    }

    /** {@code NodeSource.event}. */
    private SourceEvent event(GroupWorld world, Member member) {
        SourceState record = read(world, member);
        if (record == SourceState.GRANTED || record == SourceState.RELEASED) {
            if (member.podDeleted) {
                return SourceEvent.POD_DELETED;
            }
            if (member.unwanted && member.said == Said.NEVER) {
                return SourceEvent.TARGET_NEVER_RESUMED;
            }
        }
        return SourceEvent.GIVE_UP;
    }

    /** What the agent does for one of the pods. */
    private final class Pod {

        private final int index;
        private final Steps<GroupWorld> steps;

        Pod(int index, Steps<GroupWorld> steps) {
            this.index = index;
            this.steps = steps;
        }

        private void step(Kind kind, String what, BiConsumer<GroupWorld, Member> change) {
            steps.offer(
                    kind,
                    "source " + index + " " + what,
                    later -> change.accept(later, later.members.get(index)));
        }

        private void step(String what, BiConsumer<GroupWorld, Member> change) {
            step(Kind.STEP, what, change);
        }

        private void go(String what, GroupSourceTask next) {
            step(what, (_, member) -> member.task = next);
        }

        void offer(GroupWorld world) {
            Member own = world.members.get(index);
            if (CAN_FAIL.contains(own.task)) {
                step(
                        Kind.TIMEOUT,
                        "gives up",
                        (later, member) -> {
                            later.failed = true;
                            member.task = GroupSourceTask.SETTLE_GROUP;
                        });
                if (world.failed) {
                    go("hears that another one has failed", GroupSourceTask.SETTLE_GROUP);
                }
                if (own.link && !own.session && !own.request) {
                    step(
                            "hears that the stream is over",
                            (later, member) -> {
                                member.link = false;
                                later.failed = true;
                                member.task = GroupSourceTask.SETTLE_GROUP;
                            });
                }
            }
            task(world, own);
        }

        private void task(GroupWorld world, Member own) {
            switch (own.task) {
                case IDLE -> {
                    if (answers(world)) {
                        look(world, own);
                    }
                }
                case AT_BARRIER -> {
                    if (!world.failed && allArrived(world)) {
                        go("passes the barrier", GroupSourceTask.OPEN_GROUP);
                    }
                }
                case OPEN_GROUP -> step("opens the group's record", this::openGroup);
                case BEGIN -> step("records FROZEN", this::begin);
                case STOP ->
                        step(
                                "is stopped",
                                (_, member) -> {
                                    member.processes = Processes.FROZEN;
                                    member.task = GroupSourceTask.SEND;
                                });
                case SEND ->
                        step(
                                "sends everything",
                                (_, member) -> {
                                    member.send(ToTarget.EVERYTHING);
                                    member.task = GroupSourceTask.AWAIT_REQUEST;
                                });
                case AWAIT_REQUEST -> {
                    if (own.request) {
                        step(
                                "is asked for the grant",
                                (_, member) -> {
                                    member.request = false;
                                    member.task = GroupSourceTask.GRANT_GROUP;
                                });
                    }
                }
                case GRANT_GROUP ->
                        step(
                                "decides about the group",
                                (later, member) -> {
                                    member.asked = true;
                                    decideGroup(later, member, SourceEvent.GRANT_REQUESTED);
                                    member.task = GroupSourceTask.GRANT_OWN;
                                });
                case GRANT_OWN -> step("decides about itself", this::grantOwn);
                case WAITING -> {
                    if (granted(world)) {
                        go("is told that all have asked", GroupSourceTask.GRANT_OWN);
                    }
                }
                case SEND_GRANT ->
                        step(
                                "sends the grant",
                                (_, member) -> {
                                    member.send(ToTarget.GRANT);
                                    member.task = GroupSourceTask.AWAIT_RESUMED;
                                });
                case SEND_REFUSAL ->
                        step(
                                "sends the refusal",
                                (later, member) -> {
                                    member.send(ToTarget.REFUSAL);
                                    later.failed = true;
                                    member.task = GroupSourceTask.SETTLE_GROUP;
                                });
                case AWAIT_RESUMED -> {
                    if (own.session && own.runs) {
                        step(
                                "hears that its target runs",
                                (_, member) -> {
                                    member.closeLink();
                                    member.task = GroupSourceTask.IDLE;
                                });
                    }
                }
                case SETTLE_GROUP -> step("settles the group", this::settleGroup);
                case SETTLE_OWN ->
                        step(
                                "settles",
                                (later, member) -> act(event(later, member), later, member));
                case RECOVER_GROUP ->
                        step(
                                "comes up and settles the group",
                                (later, member) -> {
                                    decideGroup(later, member, SourceEvent.RESTARTED);
                                    member.task = GroupSourceTask.RECOVER_OWN;
                                });
                case RECOVER_OWN ->
                        step(
                                "comes up and settles",
                                (later, member) -> act(SourceEvent.RESTARTED, later, member));
                case THAW ->
                        step(
                                "is thawed",
                                (later, member) -> {
                                    if (member.processes == Processes.FROZEN) {
                                        member.processes = Processes.RUN;
                                    }
                                    end(later, member);
                                });
                case KILL ->
                        step(
                                "is killed",
                                (_, member) -> {
                                    member.processes = Processes.DEAD;
                                    member.closeLink();
                                    member.task = GroupSourceTask.IDLE;
                                });
            }
        }

        private boolean granted(GroupWorld world) {
            return rules.have(Flaw.RECORDS_EACH_MEMBER_ONLY)
                    ? world.allHaveAsked()
                    : world.group == GroupState.GRANTED;
        }

        private static boolean allArrived(GroupWorld world) {
            return world.members.stream()
                    .allMatch(
                            member -> member.task != GroupSourceTask.IDLE || member.record != null);
        }

        /** Looks at its PodCheckpoint. */
        private void look(GroupWorld world, Member own) {
            if (own.record == null) {
                if (!own.ended) {
                    step("looks whether it can be stopped", this::arrive);
                }
                return;
            }
            SourceState record = read(world, own);
            if ((record == SourceState.GRANTED && event(world, own) != SourceEvent.GIVE_UP)
                    || (own.record == SourceState.FROZEN && record != SourceState.FROZEN)) {
                go("is brought to its end", GroupSourceTask.SETTLE_GROUP);
            }
        }

        /** {@code SourceGroups.join}, with what comes before the barrier. */
        private void arrive(GroupWorld world, Member member) {
            boolean possible =
                    !world.failed
                            && world.members.stream()
                                    .noneMatch(other -> other.unwanted || other.ended);
            if (possible && !(member.link && member.session)) {
                possible =
                        member.targetRecord == TargetState.ARMED
                                && member.targetTask == GroupTargetTask.IDLE
                                && !member.fenced;
                member.link = possible;
                member.session = possible;
                member.toTarget = ToTarget.NOTHING;
                member.request = false;
            }
            if (possible) {
                member.fenced = true;
                member.task = GroupSourceTask.AT_BARRIER;
            } else {
                world.failed = true;
                member.task = GroupSourceTask.SETTLE_GROUP;
            }
        }

        private void openGroup(GroupWorld world, Member member) {
            if (world.group == null) {
                world.group = GroupState.OPEN;
            }
            member.task = GroupSourceTask.BEGIN;
        }

        private void begin(GroupWorld world, Member member) {
            if (world.group == GroupState.OPEN || rules.have(Flaw.BEGINS_WITHOUT_LOOKING)) {
                world.group = GroupState.OPEN;
                member.record = SourceState.FROZEN;
                member.task = GroupSourceTask.STOP;
            } else {
                world.failed = true;
                member.task = GroupSourceTask.SETTLE_GROUP;
            }
        }

        private void grantOwn(GroupWorld world, Member member) {
            member.task =
                    switch (decideOwn(world, member, SourceEvent.GRANT_REQUESTED)) {
                        case GRANT -> GroupSourceTask.SEND_GRANT;
                        case WAIT -> GroupSourceTask.WAITING;
                        case REFUSE, THAW, KILL, NONE -> GroupSourceTask.SEND_REFUSAL;
                    };
        }

        private void settleGroup(GroupWorld world, Member member) {
            if (member.record == null) {
                end(world, member);
            } else {
                decideGroup(world, member, event(world, member));
                member.task = GroupSourceTask.SETTLE_OWN;
            }
        }

        private void act(SourceEvent event, GroupWorld world, Member member) {
            switch (decideOwn(world, member, event)) {
                case THAW -> member.task = GroupSourceTask.THAW;
                case KILL -> member.task = GroupSourceTask.KILL;
                case NONE, GRANT, REFUSE, WAIT -> {
                    member.closeLink();
                    member.task = GroupSourceTask.IDLE;
                }
            }
        }

        /** It runs, and nothing is to be done about it any more. */
        private static void end(GroupWorld world, Member member) {
            world.failed = true;
            member.closeLink();
            member.ended = true;
            member.task = GroupSourceTask.IDLE;
        }
    }
}
