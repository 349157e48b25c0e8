package dev.podmigration.agent.commit;

import dev.podmigration.fault.FaultPoints;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the commit of the target is decided: {@link TargetDecision} applied to a durable record. An
 * action is returned only after the state that allows it is on disk. Thread-safe.
 */
public final class TargetCommit {

    private static final Logger LOG = LoggerFactory.getLogger(TargetCommit.class);

    private final RecordStore<TargetRecord> records;

    public TargetCommit(RecordStore<TargetRecord> records) {
        this.records = records;
    }

    /** Records an armed target. */
    public synchronized void begin(TargetRecord record) throws IOException {
        if (record.state() != TargetState.ARMED) {
            throw new IllegalArgumentException(
                    "A restore begins as ARMED, not as " + record.state());
        }
        write(record);
    }

    /**
     * Notes whom to ask after a restart.
     *
     * @param inGroup whether the pod moves together with others
     */
    public synchronized void source(
            String podUid, String checkpointUid, String node, String address, boolean inGroup)
            throws IOException {
        records.write(podUid, required(podUid).from(checkpointUid, node, address, inGroup));
    }

    /** Notes the addresses that were added to the pod, so that they can be taken away again. */
    public synchronized void keep(String podUid, List<String> addresses) throws IOException {
        records.write(podUid, required(podUid).keeping(addresses));
    }

    /**
     * Decides about the target pod {@code podUid}.
     *
     * @throws IllegalStateException if there is no record
     */
    public synchronized TargetDecision.Action decide(String podUid, TargetEvent event)
            throws IOException {
        TargetRecord record = required(podUid);
        TargetDecision decision =
                record.inGroup()
                        ? TargetDecision.ofMember(record.state(), event)
                        : TargetDecision.of(record.state(), event);
        if (decision.next() != record.state()) {
            write(record.with(decision.next()));
            LOG.info(
                    "{}: {} -> {} by {}", record.restore(), record.state(), decision.next(), event);
        }
        return decision.action();
    }

    private void write(TargetRecord record) throws IOException {
        FaultPoints.reach("target records", record.state());
        records.write(record.podUid(), record);
        FaultPoints.reach("target has recorded", record.state());
    }

    public Optional<TargetRecord> record(String podUid) throws IOException {
        return records.read(podUid);
    }

    /** Every record of this node, for an agent that comes up again. */
    public List<TargetRecord> all() throws IOException {
        List<TargetRecord> all = new ArrayList<>();
        for (String name : records.names()) {
            records.read(name).ifPresent(all::add);
        }
        return all;
    }

    /** Forgets a target whose pod is gone from this node. */
    public synchronized void forget(String podUid) throws IOException {
        FaultPoints.reach("target forgets");
        records.delete(podUid);
    }

    private TargetRecord required(String podUid) throws IOException {
        return records.read(podUid)
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "No restore is recorded for pod " + podUid));
    }
}
