package dev.podmigration.agent.commit;

import dev.podmigration.fault.FaultPoints;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where the commit of the source is decided: {@link SourceDecision} applied to a durable record. An
 * action is returned only after the state that allows it is on disk. Thread-safe: decisions about
 * one node's sources are made one after another.
 */
public final class SourceCommit {

    private static final Logger LOG = LoggerFactory.getLogger(SourceCommit.class);

    private final RecordStore<SourceRecord> records;
    private final GroupCommit groups;
    private final StartGuard guard;

    public SourceCommit(
            RecordStore<SourceRecord> records, RecordStore<GroupRecord> groups, StartGuard guard) {
        this.records = records;
        this.groups = new GroupCommit(groups);
        this.guard = guard;
    }

    /**
     * Records that the source is about to be frozen. Nothing of the pod may be stopped before this
     * returns.
     *
     * @throws IllegalStateException if it was recorded before: what was decided then stays
     */
    public synchronized void begin(SourceRecord record) throws IOException {
        requireNew(record);
        if (record.group() != null) {
            throw new IllegalArgumentException(record.checkpoint() + " does not move alone");
        }
        write(record);
        guard.prepare(record.podUid());
    }

    /**
     * The same for a pod that moves in a group.
     *
     * @return false if another member has given up meanwhile: then nothing of this one may be
     *     stopped
     */
    public synchronized boolean begin(SourceRecord record, GroupRecord group) throws IOException {
        requireNew(record);
        if (!groups.begin(group)) {
            return false;
        }
        write(record.in(group));
        guard.prepare(record.podUid());
        return true;
    }

    private void requireNew(SourceRecord record) throws IOException {
        if (record.state() != SourceState.FROZEN) {
            throw new IllegalArgumentException(
                    "A freeze begins as FROZEN, not as " + record.state());
        }
        Optional<SourceRecord> before = record(record.name());
        if (before.isPresent()) {
            throw new IllegalStateException(
                    record.checkpoint() + " is " + before.get().state() + " already");
        }
    }

    /**
     * Decides about the source of the PodCheckpoint {@code checkpointUid}.
     *
     * @return what to do now; {@link SourceDecision.Action#NONE} (for a grant request {@code
     *     REFUSE}) if there is no record, which means that the pod was never frozen or was cleaned
     *     up after it was rolled back
     */
    public synchronized SourceDecision.Action decide(String checkpointUid, SourceEvent event)
            throws IOException {
        Optional<SourceRecord> found = records.read(checkpointUid);
        if (found.isEmpty()) {
            return event == SourceEvent.GRANT_REQUESTED
                    ? SourceDecision.Action.REFUSE
                    : SourceDecision.Action.NONE;
        }
        SourceRecord record = found.get();
        SourceDecision decision = decision(record, event);
        if (decision.next() != record.state()) {
            write(record.with(decision.next()));
            LOG.info(
                    "{}: {} -> {} by {}",
                    record.checkpoint(),
                    record.state(),
                    decision.next(),
                    event);
        }
        return decision.action();
    }

    /** The record of the group is on disk before that of a member says the same. */
    private SourceDecision decision(SourceRecord record, SourceEvent event) throws IOException {
        String group = record.group();
        if (group == null || record.state() != SourceState.FROZEN) {
            return SourceDecision.of(record.state(), event);
        }
        GroupState decided = groups.decide(group, record.name(), event, () -> refuseStarts(group));
        return SourceDecision.ofMember(record.state(), decided, event);
    }

    /** Of all members, because all are granted by the one record of their group. */
    private void refuseStarts(String group) throws IOException {
        for (SourceRecord member : all()) {
            if (group.equals(member.group()) && member.state() == SourceState.FROZEN) {
                FaultPoints.reach("source guards");
                guard.refuse(member.podUid());
            }
        }
    }

    private void write(SourceRecord record) throws IOException {
        if (record.state() == SourceState.GRANTED) {
            // First: a node that loses power between the two rolls back, and allows it again.
            FaultPoints.reach("source guards");
            guard.refuse(record.podUid());
        }
        FaultPoints.reach("source records", record.state());
        records.write(record.name(), record);
        FaultPoints.reach("source has recorded", record.state());
    }

    /** Answers the target only if it is the one that the record names. */
    public synchronized SourceDecision.Action grant(String checkpointUid, String restoreUid)
            throws IOException {
        Optional<SourceRecord> record = records.read(checkpointUid);
        if (record.isEmpty() || !record.get().restoreUid().equals(restoreUid)) {
            return SourceDecision.Action.REFUSE;
        }
        return decide(checkpointUid, SourceEvent.GRANT_REQUESTED);
    }

    /**
     * The node may make the pod's containers again: its record says that it runs here, or that it
     * is being deleted, which a kubelet respects.
     */
    public void allowStart(SourceRecord record) throws IOException {
        guard.allow(record.podUid());
    }

    /** The same for every pod that agents before this one did not come to. */
    public void allowOtherStarts() throws IOException {
        guard.allowAllBut(
                all().stream()
                        .filter(record -> record.state() == SourceState.GRANTED)
                        .map(SourceRecord::podUid)
                        .collect(Collectors.toSet()));
    }

    /** The record, which says what its group has decided. */
    public synchronized Optional<SourceRecord> record(String checkpointUid) throws IOException {
        Optional<SourceRecord> found = records.read(checkpointUid);
        return found.isPresent() ? Optional.of(decided(found.get())) : found;
    }

    private SourceRecord decided(SourceRecord record) throws IOException {
        String group = record.group();
        if (group == null || record.state() != SourceState.FROZEN) {
            return record;
        }
        return switch (groups.state(group)) {
            case OPEN -> record;
            case GRANTED -> record.with(SourceState.GRANTED);
            case ROLLED_BACK -> record.with(SourceState.ROLLED_BACK);
        };
    }

    /** Every record of this node, for an agent that comes up again. */
    public synchronized List<SourceRecord> all() throws IOException {
        List<SourceRecord> all = new ArrayList<>();
        for (String name : records.names()) {
            record(name).ifPresent(all::add);
        }
        return all;
    }

    /** Forgets a finished source, once nothing on this node needs its record. */
    public synchronized void forget(String checkpointUid) throws IOException {
        Optional<SourceRecord> record = record(checkpointUid);
        if (record.isPresent()
                && (record.get().state() == SourceState.FROZEN
                        || record.get().state() == SourceState.GRANTED)) {
            throw new IllegalStateException(
                    record.get().checkpoint() + " is " + record.get().state());
        }
        FaultPoints.reach("source forgets");
        records.delete(checkpointUid);
        forgetUnneededGroups();
    }

    /** Groups of which no member has a record: nobody reads theirs. */
    public synchronized void forgetUnneededGroups() throws IOException {
        Set<String> recorded = Set.copyOf(records.names());
        for (String group : groups.ids()) {
            groups.forgetIfUnneeded(group, recorded);
        }
    }
}
