package dev.podmigration.agent.source;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.commit.GroupRecord;
import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.CheckpointGroup;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The groups whose pods leave this node, by the ids of their records. Thread-safe. */
final class SourceGroups {

    private final NodeSource.Cluster cluster;
    private final Map<String, SourceGroup> groups = new ConcurrentHashMap<>();

    SourceGroups(NodeSource.Cluster cluster) {
        this.cluster = cluster;
    }

    /**
     * The group of a PodCheckpoint that is to migrate now, which it takes part in from here on;
     * empty if its pod moves alone.
     *
     * @throws AgentFailure {@code GroupMemberFailed} if another member cannot move any more
     */
    Optional<SourceGroup> join(PodCheckpoint checkpoint, SourceGroup.Member member)
            throws AgentFailure {
        CheckpointGroup spec = checkpoint.getSpec().getGroup();
        if (spec == null) {
            return Optional.empty();
        }
        List<String> uids = new ArrayList<>();
        for (PodCheckpoint other : members(checkpoint, spec)) {
            uids.add(other.getMetadata().getUid());
        }
        GroupRecord record =
                GroupRecord.open(
                        checkpoint.getMetadata().getNamespace() + "/" + spec.getName(), uids);
        SourceGroup group = groups.computeIfAbsent(record.id(), _ -> new SourceGroup(record));
        group.join(checkpoint.getMetadata().getUid(), member);
        // One that was rolled back before there was a group to tell is seen here, a later one
        // tells.
        for (PodCheckpoint other : members(checkpoint, spec)) {
            requireMoving(other);
        }
        return Optional.of(group);
    }

    /** All of them, with this one as it is known here. */
    private List<PodCheckpoint> members(PodCheckpoint checkpoint, CheckpointGroup spec)
            throws AgentFailure {
        String node = String.valueOf(checkpoint.getSpec().getNodeName());
        List<PodCheckpoint> members = new ArrayList<>();
        for (String name : spec.getMembers()) {
            members.add(
                    name.equals(checkpoint.getMetadata().getName())
                            ? checkpoint
                            : cluster.checkpoint(checkpoint.getMetadata().getNamespace(), name)
                                    .filter(other -> belongs(other, spec, node))
                                    .orElseThrow(() -> missing(name)));
        }
        return members;
    }

    private static AgentFailure missing(String name) {
        return new AgentFailure(
                FailureReason.GroupMemberFailed,
                "There is no PodCheckpoint " + name + " of the same group on this node");
    }

    private static boolean belongs(PodCheckpoint other, CheckpointGroup group, String node) {
        CheckpointGroup others = other.getSpec().getGroup();
        return others != null
                && String.valueOf(others.getName()).equals(group.getName())
                && new HashSet<>(others.getMembers()).equals(new HashSet<>(group.getMembers()))
                && node.equals(other.getSpec().getNodeName());
    }

    private static void requireMoving(PodCheckpoint member) throws AgentFailure {
        PodCheckpointPhase phase = member.getStatus().getPhase();
        if (member.getSpec().getGoal() == CheckpointGoal.RollBack
                || member.getMetadata().getDeletionTimestamp() != null
                || (phase != null && phase.isFinal())) {
            throw new AgentFailure(
                    FailureReason.GroupMemberFailed,
                    "Pod %s of the same group is not moved any more"
                            .formatted(member.getSpec().getPodName()));
        }
    }

    /** A member does not move. */
    void fail(PodCheckpoint checkpoint, AgentFailure why) {
        fail(checkpoint.getMetadata().getUid(), checkpoint.getSpec().getPodName(), why);
    }

    void fail(String uid, String pod, AgentFailure why) {
        groups.values().stream()
                .filter(group -> group.has(uid))
                .forEach(group -> group.fail(uid, pod, why));
    }

    /** A target was told the answer, so all have asked. */
    void granted(String uid) {
        groups.values().stream().filter(group -> group.has(uid)).forEach(g -> g.granted(uid));
    }

    /** A member is gone. What comes later finds that it is missing. */
    void forget(String uid) {
        groups.values().removeIf(group -> group.has(uid));
    }
}
