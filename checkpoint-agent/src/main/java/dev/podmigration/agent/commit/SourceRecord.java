package dev.podmigration.agent.commit;

import com.fasterxml.jackson.annotation.JsonIgnore;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/**
 * Everything that a restarted agent needs to finish or undo a freeze, named by the uid of the
 * PodCheckpoint.
 *
 * @param state see {@link SourceState}
 * @param checkpoint the PodCheckpoint
 * @param restoreUid uid of the PodRestore that may ask for the grant; no other gets one
 * @param podUid the source pod
 * @param hostInterface host side of the pod's veth, where the fence is
 * @param hostInterfaceIndex the kernel's number of it, which tells it from a later one of that
 *     name; 0 if an older agent wrote the record
 * @param addresses of the pod, in CIDR notation
 * @param containers ids of the frozen containers
 * @param frozenAt start of the freeze
 * @param targetNode whose agent may ask for the grant; null if an older agent wrote the record
 * @param group id of the {@link GroupRecord} that decides as long as this one says FROZEN; null if
 *     the pod moves alone
 */
public record SourceRecord(
        SourceState state,
        ObjectKey checkpoint,
        String restoreUid,
        String podUid,
        String hostInterface,
        int hostInterfaceIndex,
        List<String> addresses,
        List<String> containers,
        Instant frozenAt,
        @Nullable String targetNode,
        @Nullable String group) {

    public SourceRecord {
        addresses = List.copyOf(addresses);
        containers = List.copyOf(containers);
    }

    public SourceRecord with(SourceState next) {
        return new SourceRecord(
                next,
                checkpoint,
                restoreUid,
                podUid,
                hostInterface,
                hostInterfaceIndex,
                addresses,
                containers,
                frozenAt,
                targetNode,
                group);
    }

    SourceRecord in(GroupRecord other) {
        return new SourceRecord(
                state,
                checkpoint,
                restoreUid,
                podUid,
                hostInterface,
                hostInterfaceIndex,
                addresses,
                containers,
                frozenAt,
                targetNode,
                other.id());
    }

    public boolean isTarget(String node) {
        return targetNode == null || targetNode.equals(node);
    }

    @JsonIgnore
    public String name() {
        return checkpoint.uid();
    }
}
