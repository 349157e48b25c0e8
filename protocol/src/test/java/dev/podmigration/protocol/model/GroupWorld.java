package dev.podmigration.protocol.model;

import dev.podmigration.agent.commit.GroupState;
import dev.podmigration.agent.commit.SourceState;
import dev.podmigration.agent.commit.TargetState;
import dev.podmigration.protocol.explore.Bits;
import dev.podmigration.protocol.explore.State;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;

/**
 * Two pods of one node that move as one, each to a node of its own. Begins when both targets are
 * armed and both sources have the goal to migrate.
 */
public final class GroupWorld implements State<GroupWorld> {

    private static final Processes[] PROCESSES = Processes.values();
    private static final SourceState[] SOURCE_STATES = SourceState.values();
    private static final TargetState[] TARGET_STATES = TargetState.values();
    private static final GroupState[] GROUP_STATES = GroupState.values();
    private static final GroupSourceTask[] SOURCE_TASKS = GroupSourceTask.values();
    private static final GroupTargetTask[] TARGET_TASKS = GroupTargetTask.values();
    private static final ToTarget[] TO_TARGET = ToTarget.values();
    private static final Said[] SAID = Said.values();

    /** What the PodRestore says. */
    enum Said {
        NOTHING,
        RUNS,
        NEVER
    }

    /** One of the pods. */
    static final class Member {
        // The API server.
        boolean unwanted;
        boolean ended;
        boolean podDeleted;
        Said said = Said.NOTHING;

        // The source's node: disk, kernel, and its agent's memory.
        @Nullable SourceState record;
        Processes processes = Processes.RUN;
        GroupSourceTask task = GroupSourceTask.IDLE;
        boolean asked;

        // The stream, as each end sees it, and what is under way.
        boolean link = true;
        boolean session = true;
        ToTarget toTarget = ToTarget.NOTHING;
        boolean request;

        // The target's node.
        TargetState targetRecord = TargetState.ARMED;
        GroupTargetTask targetTask = GroupTargetTask.IDLE;
        boolean fenced;
        boolean memory;
        boolean runs;

        /** What was restored has died when it had asked: the one excuse for not being together. */
        boolean lost;

        private void set(Member other) {
            unwanted = other.unwanted;
            ended = other.ended;
            podDeleted = other.podDeleted;
            said = other.said;
            record = other.record;
            processes = other.processes;
            task = other.task;
            asked = other.asked;
            link = other.link;
            session = other.session;
            toTarget = other.toTarget;
            request = other.request;
            targetRecord = other.targetRecord;
            targetTask = other.targetTask;
            fenced = other.fenced;
            memory = other.memory;
            runs = other.runs;
            lost = other.lost;
        }

        private void fields(Bits bits) {
            unwanted = bits.next(unwanted);
            ended = bits.next(ended);
            podDeleted = bits.next(podDeleted);
            said = bits.next(said, SAID);
            record = bits.nextOrNone(record, SOURCE_STATES);
            processes = bits.next(processes, PROCESSES);
            task = bits.next(task, SOURCE_TASKS);
            asked = bits.next(asked);
            link = bits.next(link);
            session = bits.next(session);
            toTarget = bits.next(toTarget, TO_TARGET);
            request = bits.next(request);
            targetRecord = bits.next(targetRecord, TARGET_STATES);
            targetTask = bits.next(targetTask, TARGET_TASKS);
            fenced = bits.next(fenced);
            memory = bits.next(memory);
            runs = bits.next(runs);
            lost = bits.next(lost);
        }

        /** Tells members apart; which of two is the greater one does not matter. */
        @SuppressWarnings("EnumOrdinal") // No state outlives its program.
        private long key() {
            long enums =
                    (((said.ordinal() * 8L + (record == null ? 7 : record.ordinal())) * 8
                                                            + processes.ordinal())
                                                    * 32
                                            + task.ordinal())
                                    * 8
                            + toTarget.ordinal();
            long key = (enums * 8 + targetRecord.ordinal()) * 16 + targetTask.ordinal();
            for (boolean flag :
                    new boolean[] {
                        unwanted,
                        ended,
                        podDeleted,
                        asked,
                        link,
                        session,
                        request,
                        fenced,
                        memory,
                        runs,
                        lost
                    }) {
                key = key * 2 + (flag ? 1 : 0);
            }
            return key;
        }

        boolean sourceRuns() {
            return processes == Processes.RUN;
        }

        /** What was sent arrives before the end does. */
        void closeLink() {
            link = false;
            session = false;
            request = false;
        }

        /** Both ends hear of it, and what is under way is lost. */
        void cutStream() {
            session = false;
            toTarget = ToTarget.NOTHING;
            request = false;
        }

        void closeSession() {
            session = false;
            toTarget = ToTarget.NOTHING;
        }

        void send(ToTarget message) {
            if (link && session) {
                toTarget = message;
            }
        }

        @Override
        public String toString() {
            return "source %s, record %s, processes %s%s; stream %s-%s %s%s; target %s, record %s%s%s%s%s, says %s%s%s%s"
                    .formatted(
                            task,
                            Objects.requireNonNullElse(record, "none"),
                            processes,
                            asked ? ", asked" : "",
                            link ? "open" : "shut",
                            session ? "open" : "shut",
                            toTarget,
                            request ? " REQUEST" : "",
                            targetTask,
                            targetRecord,
                            memory ? ", memory" : "",
                            runs ? ", runs" : "",
                            lost ? ", lost" : "",
                            fenced ? ", fenced" : "",
                            said,
                            unwanted ? ", unwanted" : "",
                            ended ? ", ended" : "",
                            podDeleted ? ", pod deleted" : "");
        }
    }

    /** The record of the group; null if there is none. */
    @Nullable GroupState group;

    /** The source's agent remembers that a member has failed. */
    boolean failed;

    final List<Member> members = List.of(new Member(), new Member());

    @Override
    public GroupWorld copy() {
        GroupWorld copy = new GroupWorld();
        copy.group = group;
        copy.failed = failed;
        for (int i = 0; i < members.size(); i++) {
            copy.members.get(i).set(members.get(i));
        }
        return copy;
    }

    @Override
    public void fields(Bits bits) {
        group = bits.nextOrNone(group, GROUP_STATES);
        failed = bits.next(failed);
        members.forEach(member -> member.fields(bits));
    }

    /**
     * Two states that differ in nothing but which member is which are one. So the numbers of a
     * trace are those of the state before each step.
     */
    void order() {
        Member first = members.getFirst();
        Member last = members.getLast();
        if (first.key() > last.key()) {
            Member copy = new Member();
            copy.set(first);
            first.set(last);
            last.set(copy);
        }
    }

    boolean allHaveAsked() {
        return members.stream().allMatch(member -> member.asked);
    }

    @Override
    public String toString() {
        StringJoiner text = new StringJoiner("\n      ");
        text.add(
                "group %s%s"
                        .formatted(
                                Objects.requireNonNullElse(group, "none"),
                                failed ? ", known to have failed" : ""));
        members.forEach(member -> text.add(member.toString()));
        return text.toString();
    }
}
