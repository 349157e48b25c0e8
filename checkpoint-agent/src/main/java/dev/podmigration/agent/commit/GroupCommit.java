package dev.podmigration.agent.commit;

import dev.podmigration.fault.FaultPoints;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@link GroupDecision} applied to durable records. Guarded by the lock of {@link SourceCommit},
 * under which all members are decided about.
 */
final class GroupCommit {

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

    private final RecordStore<GroupRecord> records;

    /** Members whose targets have asked. An agent that comes up again grants none of them. */
    private final Map<String, Set<String>> asked = new HashMap<>();

    GroupCommit(RecordStore<GroupRecord> records) {
        this.records = records;
    }

    /**
     * Records a group one of whose members is about to be stopped.
     *
     * @return false if it is decided already, so that none of it may be stopped any more
     */
    boolean begin(GroupRecord group) throws IOException {
        Optional<GroupRecord> before = records.read(group.id());
        if (before.isEmpty()) {
            write(group.with(GroupState.OPEN));
        }
        return before.map(GroupRecord::state).orElse(GroupState.OPEN) == GroupState.OPEN;
    }

    /** One that is not recorded any more has granted nobody who could still be frozen. */
    GroupState state(String id) throws IOException {
        return records.read(id).map(GroupRecord::state).orElse(GroupState.ROLLED_BACK);
    }

    /** What has to be on the disk before a group is granted. */
    interface Guard {
        void refuseStarts() throws IOException;
    }

    /** Decides about a group because of what happens to one of its frozen members. */
    GroupState decide(String id, String member, SourceEvent event, Guard guard) throws IOException {
        Optional<GroupRecord> found = records.read(id);
        if (found.isEmpty()) {
            return GroupState.ROLLED_BACK;
        }
        GroupRecord group = found.get();
        Set<String> asking = asked.computeIfAbsent(id, _ -> new HashSet<>());
        if (event == SourceEvent.GRANT_REQUESTED) {
            asking.add(member);
        }
        GroupState next =
                GroupDecision.of(
                        group.state(), GroupEvent.of(event, asking.containsAll(group.members())));
        if (next != group.state()) {
            if (next == GroupState.GRANTED) {
                // First: a node that loses power between the two rolls back, and allows it again.
                guard.refuseStarts();
            }
            write(group.with(next));
            LOG.info("group {}: {} -> {} by {}", group.name(), group.state(), next, event);
        }
        return next;
    }

    private void write(GroupRecord group) throws IOException {
        FaultPoints.reach("group records", group.state());
        records.write(group.id(), group);
        FaultPoints.reach("group has recorded", group.state());
    }

    List<String> ids() throws IOException {
        return records.names();
    }

    /** A group is needed as long as one of its members has a record. */
    void forgetIfUnneeded(String id, Set<String> recorded) throws IOException {
        Optional<GroupRecord> group = records.read(id);
        if (group.isPresent() && group.get().members().stream().noneMatch(recorded::contains)) {
            FaultPoints.reach("group forgets");
            records.delete(id);
            asked.remove(id);
        }
    }
}
