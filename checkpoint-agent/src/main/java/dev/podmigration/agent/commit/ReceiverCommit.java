package dev.podmigration.agent.commit;

import dev.podmigration.fault.FaultPoints;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the commit of a pod that keeps its name is decided on its target: {@link ReceiverDecision}
 * applied to a durable record. An action is returned only after the state that allows it is on
 * disk. Thread-safe.
 */
public final class ReceiverCommit {

    private static final Logger LOG = LoggerFactory.getLogger(ReceiverCommit.class);

    private final RecordStore<ReceiverRecord> records;

    public ReceiverCommit(RecordStore<ReceiverRecord> records) {
        this.records = records;
    }

    /** Records a pod that may be sent here. One that is recorded already stays as it is. */
    public synchronized void begin(ReceiverRecord record) throws IOException {
        if (record.state() != ReceiverState.RECEIVING) {
            throw new IllegalArgumentException(
                    "A pod is received from the beginning, not as " + record.state());
        }
        if (records.read(record.name()).isEmpty()) {
            write(record);
        }
    }

    /** Notes whom to ask. */
    public synchronized void source(String restoreUid, ReceiverRecord.Source source)
            throws IOException {
        records.write(restoreUid, required(restoreUid).from(source));
    }

    /** Notes the addresses that the pod is to get. */
    public synchronized void keep(String restoreUid, List<String> addresses) throws IOException {
        records.write(restoreUid, required(restoreUid).keeping(addresses));
    }

    /**
     * Notes which pod it is.
     *
     * @throws IllegalStateException if it was another one before
     */
    public synchronized void bind(String restoreUid, String podUid) throws IOException {
        ReceiverRecord record = required(restoreUid);
        if (record.podUid() == null) {
            records.write(restoreUid, record.of(podUid));
        } else if (!record.podUid().equals(podUid)) {
            throw new IllegalStateException(
                    record.restore() + " is for pod " + record.podUid() + ", not for " + podUid);
        }
    }

    /** Counts a restore that is about to begin. */
    public synchronized void tried(String restoreUid) throws IOException {
        records.write(restoreUid, required(restoreUid).tried());
    }

    /**
     * The memory cannot be brought to life.
     *
     * @param why for a person, kept with the record
     */
    public synchronized ReceiverDecision.Action lose(String restoreUid, String why)
            throws IOException {
        ReceiverRecord record = required(restoreUid);
        return decide(record.losing(why), record, ReceiverEvent.MEMORY_LOST);
    }

    /**
     * Decides about the pod of a PodRestore.
     *
     * @throws IllegalStateException if there is no record
     */
    public synchronized ReceiverDecision.Action decide(String restoreUid, ReceiverEvent event)
            throws IOException {
        ReceiverRecord record = required(restoreUid);
        return decide(record, record, event);
    }

    private ReceiverDecision.Action decide(
            ReceiverRecord draft, ReceiverRecord before, ReceiverEvent event) throws IOException {
        ReceiverDecision decision = ReceiverDecision.of(before.state(), event);
        if (decision.next() != before.state()) {
            write(draft.with(decision.next()));
            LOG.info(
                    "{}: {} -> {} by {}", before.restore(), before.state(), decision.next(), event);
        }
        return decision.action();
    }

    private void write(ReceiverRecord record) throws IOException {
        FaultPoints.reach("receiver records", record.state());
        records.write(record.name(), record);
        FaultPoints.reach("receiver has recorded", record.state());
    }

    public Optional<ReceiverRecord> record(String restoreUid) throws IOException {
        return records.read(restoreUid);
    }

    /** Every record of this node, for an agent that comes up again. */
    public List<ReceiverRecord> all() throws IOException {
        List<ReceiverRecord> all = new ArrayList<>();
        for (String name : records.names()) {
            records.read(name).ifPresent(all::add);
        }
        return all;
    }

    /** Notes that nobody asks for the pod any more; what its launchers obey stays as long as it. */
    public synchronized void leave(String restoreUid) throws IOException {
        records.write(restoreUid, required(restoreUid).leaving());
    }

    /** Forgets a pod that is gone from this node. */
    public synchronized void forget(String restoreUid) throws IOException {
        records.delete(restoreUid);
    }

    private ReceiverRecord required(String restoreUid) throws IOException {
        return records.read(restoreUid)
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "Nothing is recorded for PodRestore " + restoreUid));
    }
}
