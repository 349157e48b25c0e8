package dev.podmigration.protocol.model;

import dev.podmigration.agent.commit.ReceiverState;
import dev.podmigration.agent.commit.SourceState;
import dev.podmigration.agent.commit.TargetState;
import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.protocol.explore.Bits;
import dev.podmigration.protocol.explore.State;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.StringJoiner;

/** Everything about one migration at one moment. Begins when the checks have passed. */
public final class World implements State<World> {

    /** A limit on faults can be at most that. */
    static final int MOST_FAULTS = 3;

    private static final PodMigrationPhase[] PHASES = PodMigrationPhase.values();
    private static final CheckpointGoal[] CHECKPOINT_GOALS = CheckpointGoal.values();
    private static final PodCheckpointPhase[] CHECKPOINT_PHASES = PodCheckpointPhase.values();
    private static final RestoreGoal[] RESTORE_GOALS = RestoreGoal.values();
    private static final PodRestorePhase[] RESTORE_PHASES = PodRestorePhase.values();
    private static final Existence[] EXISTENCES = Existence.values();
    private static final Processes[] PROCESSES = Processes.values();
    private static final TargetContainer[] CONTAINERS = TargetContainer.values();
    private static final ToTarget[] TO_TARGET = ToTarget.values();
    private static final ToSource[] TO_SOURCE = ToSource.values();
    private static final SourceTask[] SOURCE_TASKS = SourceTask.values();
    private static final SourceReason[] SOURCE_REASONS = SourceReason.values();
    private static final TargetTask[] TARGET_TASKS = TargetTask.values();
    private static final Inbox[] INBOXES = Inbox.values();
    private static final Question[] QUESTIONS = Question.values();
    private static final SourceState[] SOURCE_STATES = SourceState.values();
    private static final TargetState[] TARGET_STATES = TargetState.values();
    private static final ReceiverState[] RECEIVER_STATES = ReceiverState.values();

    /** A PodCheckpoint, as the API server has it or as a cache remembers it. */
    static final class Checkpoint {
        Existence existence = Existence.THERE;
        CheckpointGoal goal = CheckpointGoal.Inspect;
        PodCheckpointPhase phase = PodCheckpointPhase.Inspected;

        void set(Checkpoint other) {
            existence = other.existence;
            goal = other.goal;
            phase = other.phase;
        }

        boolean is(Checkpoint other) {
            return existence == other.existence && goal == other.goal && phase == other.phase;
        }

        private void fields(Bits bits) {
            existence = bits.next(existence, EXISTENCES);
            goal = bits.next(goal, CHECKPOINT_GOALS);
            phase = bits.next(phase, CHECKPOINT_PHASES);
        }

        @Override
        public String toString() {
            return existence + " goal " + goal + " phase " + phase;
        }
    }

    /** A PodRestore, likewise. */
    static final class Restore {
        Existence existence = Existence.NOT_MADE;
        RestoreGoal goal = RestoreGoal.Restore;
        PodRestorePhase phase = PodRestorePhase.Pending;
        boolean namesPod;

        void set(Restore other) {
            existence = other.existence;
            goal = other.goal;
            phase = other.phase;
            namesPod = other.namesPod;
        }

        boolean is(Restore other) {
            return existence == other.existence
                    && goal == other.goal
                    && phase == other.phase
                    && namesPod == other.namesPod;
        }

        private void fields(Bits bits) {
            existence = bits.next(existence, EXISTENCES);
            goal = bits.next(goal, RESTORE_GOALS);
            phase = bits.next(phase, RESTORE_PHASES);
            namesPod = bits.next(namesPod);
        }

        @Override
        public String toString() {
            return existence + " goal " + goal + " phase " + phase + (namesPod ? " podUid" : "");
        }
    }

    // The API server.
    PodMigrationPhase phase = PodMigrationPhase.Preparing;
    boolean undoing;
    boolean wasCommitted;
    boolean targetPlanned;
    boolean targetSeen;
    boolean inherited;
    final Checkpoint checkpoint = new Checkpoint();
    final Restore restore = new Restore();
    Existence sourcePod = Existence.THERE;
    Existence targetPod = Existence.NOT_MADE;

    /** How much may still go wrong, if that is limited. */
    int faultsLeft;

    // The operator: what its caches remember, and what it has decided and not yet done.
    final Checkpoint knownCheckpoint = new Checkpoint();
    final Restore knownRestore = new Restore();
    Existence knownSourcePod = Existence.THERE;
    Existence knownTargetPod = Existence.NOT_MADE;
    int deeds;

    // The source's node: disk, kernel, and its agent's memory.
    @Nullable SourceState sourceRecord;
    Processes processes = Processes.RUN;
    boolean sourceFence;
    boolean guarded;
    SourceTask sourceTask = SourceTask.IDLE;
    SourceReason sourceReason = SourceReason.MIGRATE;
    boolean sourceLink;
    boolean tellsFrozen;

    // The stream, and the call that replaces it.
    ToTarget toTarget = ToTarget.NOTHING;
    ToSource toSource = ToSource.NOTHING;
    boolean endToTarget;
    boolean endToSource;
    boolean endOfOlder;
    Question question = Question.NONE;

    // The target's node.
    @Nullable TargetState targetRecord;
    @Nullable ReceiverState receiverRecord;
    boolean committedMark;
    boolean cancelledMark;
    boolean sandbox;
    TargetContainer container = TargetContainer.NONE;
    boolean room;
    boolean memory;
    boolean bound;
    int attempts;
    TargetTask targetTask = TargetTask.IDLE;
    boolean registered;
    boolean session;
    boolean targetFence;
    boolean brought;
    Inbox inbox = Inbox.EMPTY;

    @Override
    public World copy() {
        World copy = new World();
        copy.phase = phase;
        copy.undoing = undoing;
        copy.wasCommitted = wasCommitted;
        copy.targetPlanned = targetPlanned;
        copy.targetSeen = targetSeen;
        copy.inherited = inherited;
        copy.checkpoint.set(checkpoint);
        copy.restore.set(restore);
        copy.faultsLeft = faultsLeft;
        copy.sourcePod = sourcePod;
        copy.targetPod = targetPod;
        copy.knownCheckpoint.set(knownCheckpoint);
        copy.knownRestore.set(knownRestore);
        copy.knownSourcePod = knownSourcePod;
        copy.knownTargetPod = knownTargetPod;
        copy.deeds = deeds;
        copy.sourceRecord = sourceRecord;
        copy.processes = processes;
        copy.sourceFence = sourceFence;
        copy.guarded = guarded;
        copy.sourceTask = sourceTask;
        copy.sourceReason = sourceReason;
        copy.sourceLink = sourceLink;
        copy.tellsFrozen = tellsFrozen;
        copy.toTarget = toTarget;
        copy.toSource = toSource;
        copy.endToTarget = endToTarget;
        copy.endToSource = endToSource;
        copy.endOfOlder = endOfOlder;
        copy.question = question;
        copy.targetRecord = targetRecord;
        copy.receiverRecord = receiverRecord;
        copy.committedMark = committedMark;
        copy.cancelledMark = cancelledMark;
        copy.sandbox = sandbox;
        copy.container = container;
        copy.room = room;
        copy.memory = memory;
        copy.bound = bound;
        copy.attempts = attempts;
        copy.targetTask = targetTask;
        copy.registered = registered;
        copy.session = session;
        copy.targetFence = targetFence;
        copy.brought = brought;
        copy.inbox = inbox;
        return copy;
    }

    @Override
    public void fields(Bits bits) {
        phase = bits.next(phase, PHASES);
        undoing = bits.next(undoing);
        wasCommitted = bits.next(wasCommitted);
        targetPlanned = bits.next(targetPlanned);
        targetSeen = bits.next(targetSeen);
        inherited = bits.next(inherited);
        checkpoint.fields(bits);
        restore.fields(bits);
        faultsLeft = bits.next(faultsLeft, MOST_FAULTS + 1);
        sourcePod = bits.next(sourcePod, EXISTENCES);
        targetPod = bits.next(targetPod, EXISTENCES);
        knownCheckpoint.fields(bits);
        knownRestore.fields(bits);
        knownSourcePod = bits.next(knownSourcePod, EXISTENCES);
        knownTargetPod = bits.next(knownTargetPod, EXISTENCES);
        deeds = bits.next(deeds, Deed.SETS);
        sourceRecord = bits.nextOrNone(sourceRecord, SOURCE_STATES);
        processes = bits.next(processes, PROCESSES);
        sourceFence = bits.next(sourceFence);
        guarded = bits.next(guarded);
        sourceTask = bits.next(sourceTask, SOURCE_TASKS);
        sourceReason = bits.next(sourceReason, SOURCE_REASONS);
        sourceLink = bits.next(sourceLink);
        tellsFrozen = bits.next(tellsFrozen);
        toTarget = bits.next(toTarget, TO_TARGET);
        toSource = bits.next(toSource, TO_SOURCE);
        endToTarget = bits.next(endToTarget);
        endToSource = bits.next(endToSource);
        endOfOlder = bits.next(endOfOlder);
        question = bits.next(question, QUESTIONS);
        targetRecord = bits.nextOrNone(targetRecord, TARGET_STATES);
        receiverRecord = bits.nextOrNone(receiverRecord, RECEIVER_STATES);
        committedMark = bits.next(committedMark);
        cancelledMark = bits.next(cancelledMark);
        sandbox = bits.next(sandbox);
        container = bits.next(container, CONTAINERS);
        room = bits.next(room);
        memory = bits.next(memory);
        bound = bits.next(bound);
        attempts = bits.next(attempts, 4);
        targetTask = bits.next(targetTask, TARGET_TASKS);
        registered = bits.next(registered);
        session = bits.next(session);
        targetFence = bits.next(targetFence);
        brought = bits.next(brought);
        inbox = bits.next(inbox, INBOXES);
    }

    boolean sourceRuns() {
        return processes == Processes.RUN;
    }

    boolean targetRuns() {
        return container == TargetContainer.RUNS;
    }

    /** Between the two nodes, in both directions: what is under way is lost. */
    void cutStream() {
        toTarget = ToTarget.NOTHING;
        toSource = ToSource.NOTHING;
        endToTarget = session;
        endToSource = sourceLink;
    }

    /** The source's end closes; what it has sent arrives before the end does. */
    void closeSourceLink() {
        if (sourceLink) {
            sourceLink = false;
            endToTarget = session;
            toSource = ToSource.NOTHING;
            endToSource = false;
        }
    }

    /** The target's end is gone; what it has sent arrives before the end does. */
    void closeSession() {
        if (session) {
            session = false;
            toTarget = ToTarget.NOTHING;
            endToTarget = false;
            endToSource = sourceLink;
        }
        endOfOlder = false;
    }

    @Override
    public String toString() {
        StringJoiner text = new StringJoiner("\n      ");
        text.add(
                "migration %s%s%s, target %s, source pod %s, target pod %s%s"
                        .formatted(
                                phase,
                                undoing ? " undoing" : "",
                                wasCommitted ? " was committed" : "",
                                targetSeen ? "seen" : targetPlanned ? "planned" : "unknown",
                                sourcePod,
                                targetPod,
                                inherited ? " has inherited" : ""));
        text.add("PodCheckpoint " + checkpoint + "; PodRestore " + restore);
        text.add(
                "operator%s remembers checkpoint %s; restore %s; source pod %s; target pod %s"
                        .formatted(
                                deeds == 0 ? "" : " is going to " + Deed.in(deeds),
                                knownCheckpoint,
                                knownRestore,
                                knownSourcePod,
                                knownTargetPod));
        text.add(
                "source agent %s, record %s, processes %s%s%s%s"
                        .formatted(
                                sourceTask + " (" + sourceReason + ")",
                                Objects.requireNonNullElse(sourceRecord, "none"),
                                processes,
                                sourceFence ? ", fenced" : "",
                                guarded ? ", guarded" : "",
                                tellsFrozen ? ", tells Frozen" : ""));
        text.add(
                "stream %s-%s to target %s%s, to source %s%s%s, question %s"
                        .formatted(
                                sourceLink ? "open" : "shut",
                                session ? "open" : "shut",
                                toTarget,
                                endToTarget ? " END" : "",
                                toSource,
                                endToSource ? " END" : "",
                                endOfOlder ? ", an older one's END" : "",
                                question));
        text.add(
                "target agent %s, record %s, container %s%s%s%s%s%s%s%s, inbox %s, attempts %d"
                        .formatted(
                                targetTask,
                                targetRecord != null
                                        ? targetRecord
                                        : Objects.requireNonNullElse(receiverRecord, "none"),
                                container,
                                sandbox ? ", sandbox" : "",
                                registered ? ", registered" : "",
                                targetFence ? ", fenced" : "",
                                room ? ", room" : "",
                                memory ? ", memory" : "",
                                committedMark ? ", mark committed" : "",
                                cancelledMark ? ", mark cancelled" : "",
                                inbox,
                                attempts));
        return text.toString();
    }
}
