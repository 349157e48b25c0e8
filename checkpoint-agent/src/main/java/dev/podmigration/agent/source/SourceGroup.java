package dev.podmigration.agent.source;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.commit.GroupRecord;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Pods that leave this node together: nobody is stopped before everybody can be, and when one fails
 * all give up. What this process forgets when it dies the records decide. Thread-safe.
 */
final class SourceGroup {

    private static final Logger LOG = LoggerFactory.getLogger(SourceGroup.class);

    /** One of the pods, on its way. */
    interface Member {
        /** Ends what its worker is waiting for. */
        void giveUp(AgentFailure why);

        /** All targets have asked, and the record says so: the answer can be sent. */
        void grant();
    }

    private final GroupRecord record;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Set<String> arrived = new HashSet<>();
    private @Nullable AgentFailure failure;
    private boolean granted;

    /**
     * @param record the group as it begins
     */
    SourceGroup(GroupRecord record) {
        this.record = record;
    }

    GroupRecord record() {
        return record;
    }

    boolean has(String uid) {
        return record.members().contains(uid);
    }

    /**
     * A member begins its way to the freeze.
     *
     * @throws AgentFailure {@code GroupMemberFailed} if another one has failed
     */
    synchronized void join(String uid, Member member) throws AgentFailure {
        throwFailure();
        members.put(uid, member);
    }

    /**
     * Everything that can be done before the pod is stopped is done. Returns when that is so for
     * all.
     *
     * @throws AgentFailure {@code GroupMemberFailed} if another member fails, or does not come
     */
    synchronized void arrive(String uid, Duration limit) throws AgentFailure, InterruptedException {
        arrived.add(uid);
        notifyAll();
        long end = System.nanoTime() + limit.toNanos();
        while (failure == null && !arrived.containsAll(record.members())) {
            long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
            if (left <= 0) {
                throw new AgentFailure(
                        FailureReason.GroupMemberFailed,
                        "%d of the %d pods of the group were not ready to be stopped within %d s"
                                .formatted(
                                        record.members().size() - arrived.size(),
                                        record.members().size(),
                                        limit.toSeconds()));
            }
            wait(left);
        }
        throwFailure();
    }

    private void throwFailure() throws AgentFailure {
        if (failure != null) {
            throw failure;
        }
    }

    /** All targets have asked: those that wait get their answer. */
    void granted(String last) {
        List<Member> waiting;
        synchronized (this) {
            if (granted) {
                return;
            }
            granted = true;
            waiting = othersThan(last);
        }
        waiting.forEach(Member::grant);
    }

    /** One of the pods does not move, so none does, unless all have granted. */
    void fail(String uid, String pod, AgentFailure why) {
        List<Member> others;
        AgentFailure reason;
        synchronized (this) {
            if (granted || failure != null) {
                return;
            }
            reason =
                    new AgentFailure(
                            FailureReason.GroupMemberFailed,
                            "Pod %s of the same group was not moved: %s: %s"
                                    .formatted(pod, why.reason(), why.getMessage()),
                            why);
            failure = reason;
            others = othersThan(uid);
            notifyAll();
        }
        LOG.info("group {}: given up because of pod {}", record.name(), pod);
        others.forEach(member -> member.giveUp(reason));
    }

    private List<Member> othersThan(String uid) {
        return members.entrySet().stream()
                .filter(member -> !member.getKey().equals(uid))
                .map(Map.Entry::getValue)
                .toList();
    }
}
