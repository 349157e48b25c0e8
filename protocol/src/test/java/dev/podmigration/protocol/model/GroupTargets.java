package dev.podmigration.protocol.model;

import dev.podmigration.agent.commit.SourceDecision;
import dev.podmigration.agent.commit.TargetDecision;
import dev.podmigration.agent.commit.TargetEvent;
import dev.podmigration.agent.commit.TargetState;
import dev.podmigration.protocol.explore.Behaviour;
import dev.podmigration.protocol.explore.Kind;
import dev.podmigration.protocol.explore.Steps;
import dev.podmigration.protocol.model.GroupRules.Flaw;
import dev.podmigration.protocol.model.GroupWorld.Member;
import dev.podmigration.protocol.model.GroupWorld.Said;

import java.util.function.Consumer;

/** The agents of the two targets, each on a node of its own, as {@code RestoreTarget} is. */
final class GroupTargets implements Behaviour<GroupWorld> {

    private final GroupRules rules;
    private final GroupSource source;

    GroupTargets(GroupRules rules, GroupSource source) {
        this.rules = rules;
        this.source = source;
    }

    @Override
    public void offer(GroupWorld world, Steps<GroupWorld> steps) {
        for (int i = 0; i < world.members.size(); i++) {
            new Node(i, steps).offer(world);
        }
    }

    /** One of them. */
    private final class Node {

        private final int index;
        private final Steps<GroupWorld> steps;

        Node(int index, Steps<GroupWorld> steps) {
            this.index = index;
            this.steps = steps;
        }

        private void step(Kind kind, String what, Consumer<Member> change) {
            steps.offer(
                    kind,
                    "target " + index + " " + what,
                    later -> change.accept(later.members.get(index)));
        }

        private void step(String what, Consumer<Member> change) {
            step(Kind.STEP, what, change);
        }

        void offer(GroupWorld world) {
            Member own = world.members.get(index);
            step(Kind.FAULT, "agent dies", Node::die);
            step(
                    Kind.FAULT,
                    "node loses power",
                    member -> {
                        lose(member);
                        member.runs = false;
                        die(member);
                    });
            if (own.memory && own.targetTask != GroupTargetTask.RECOVER) {
                step(
                        Kind.FAULT,
                        "is killed",
                        member -> {
                            lose(member);
                            decide(TargetEvent.MEMORY_LOST, member);
                        });
            }
            boolean unwanted = own.unwanted || own.ended;
            switch (own.targetTask) {
                case IDLE -> idle(own, unwanted);
                case RESTORE -> {
                    step(
                            "is complete",
                            member -> {
                                member.memory = true;
                                member.targetTask = GroupTargetTask.ASK;
                            });
                    step(Kind.FAULT, "fails", member -> decide(TargetEvent.GIVE_UP, member));
                    if (unwanted || !own.session) {
                        step("is given up", member -> decide(TargetEvent.GIVE_UP, member));
                    }
                }
                case ASK -> step("records ASKED", member -> decide(TargetEvent.COMPLETE, member));
                case SEND_REQUEST ->
                        step(
                                "asks for the grant",
                                member -> {
                                    member.request = member.link && member.session;
                                    member.targetTask = GroupTargetTask.AWAIT_ANSWER;
                                });
                case AWAIT_ANSWER -> await(world, own, unwanted);
                case RECORD_RESUMED ->
                        step("records RESUMED", member -> decide(TargetEvent.GRANTED, member));
                case RESUME ->
                        step(
                                "runs",
                                member -> {
                                    member.memory = false;
                                    member.runs = true;
                                    member.targetTask = GroupTargetTask.IDLE;
                                });
                case KILL ->
                        step(
                                "is no more",
                                member -> {
                                    member.memory = false;
                                    member.closeSession();
                                    member.targetTask = GroupTargetTask.IDLE;
                                });
                case RECOVER -> step("agent comes up", this::recover);
            }
        }

        private static void die(Member member) {
            member.targetTask = GroupTargetTask.RECOVER;
            member.closeSession();
            member.fenced = false;
        }

        private static void lose(Member member) {
            member.lost |= member.memory && member.targetRecord == TargetState.ASKED;
            member.memory = false;
        }

        private void idle(Member own, boolean unwanted) {
            switch (own.targetRecord) {
                case ARMED -> {
                    if (own.toTarget == ToTarget.EVERYTHING) {
                        step(
                                "has everything",
                                member -> {
                                    member.toTarget = ToTarget.NOTHING;
                                    decide(TargetEvent.VERIFIED, member);
                                });
                    } else if (unwanted || (own.fenced && !own.session)) {
                        step("is given up", member -> decide(TargetEvent.GIVE_UP, member));
                    }
                }
                case RESUMED -> {
                    if (own.said != Said.RUNS) {
                        step("reports that it runs", member -> member.said = Said.RUNS);
                    }
                }
                case CANCELLED -> {
                    if (own.said != Said.NEVER) {
                        step("reports that it never ran", member -> member.said = Said.NEVER);
                    }
                }
                case RESTORING, ASKED -> throw new IllegalStateException(own.toString());
            }
        }

        private void await(GroupWorld world, Member own, boolean unwanted) {
            if (own.toTarget == ToTarget.GRANT || own.toTarget == ToTarget.REFUSAL) {
                boolean granted = own.toTarget == ToTarget.GRANT;
                step(
                        "hears the answer",
                        member -> {
                            member.toTarget = ToTarget.NOTHING;
                            answer(granted, member);
                        });
            } else if (!own.session && source.answers(world)) {
                steps.offer(Kind.STEP, "target " + index + " asks the record", this::askRecord);
                steps.offer(
                        Kind.FAULT,
                        "target " + index + " asks the record and the answer is lost",
                        later -> {
                            var _ = source.answer(later, later.members.get(index));
                        });
            }
            if (unwanted) {
                step("is to be given up", member -> decide(TargetEvent.GIVE_UP, member));
            }
            step(Kind.FAULT, "takes too long", member -> decide(TargetEvent.GIVE_UP, member));
            if (!own.session && rules.have(Flaw.TAKES_SILENCE_FOR_A_REFUSAL)) {
                step(
                        Kind.FAULT,
                        "cannot ask the record",
                        member -> decide(TargetEvent.REFUSED, member));
            }
        }

        private void askRecord(GroupWorld world) {
            Member member = world.members.get(index);
            SourceDecision.Action action = source.answer(world, member);
            if (action != SourceDecision.Action.WAIT) {
                answer(action == SourceDecision.Action.GRANT, member);
            }
        }

        private void answer(boolean granted, Member member) {
            if (granted) {
                member.targetTask = GroupTargetTask.RECORD_RESUMED;
            } else {
                decide(TargetEvent.REFUSED, member);
            }
        }

        private void decide(TargetEvent event, Member member) {
            TargetDecision decision = rules.target().apply(member.targetRecord, event);
            boolean waits =
                    member.targetRecord == TargetState.ASKED
                            && decision.next() == TargetState.ASKED;
            member.targetRecord = decision.next();
            member.targetTask =
                    switch (decision.action()) {
                        case RESTORE -> GroupTargetTask.RESTORE;
                        case ASK ->
                                waits ? GroupTargetTask.AWAIT_ANSWER : GroupTargetTask.SEND_REQUEST;
                        case RESUME -> GroupTargetTask.RESUME;
                        case KILL -> GroupTargetTask.KILL;
                        case NONE -> member.targetTask;
                    };
        }

        private void recover(Member member) {
            member.targetTask = GroupTargetTask.IDLE;
            if (member.targetRecord == TargetState.ASKED && !member.memory) {
                decide(TargetEvent.MEMORY_LOST, member);
            } else {
                decide(TargetEvent.RESTARTED, member);
            }
        }
    }
}
