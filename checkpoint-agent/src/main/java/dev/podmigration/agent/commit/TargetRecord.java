package dev.podmigration.agent.commit;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/**
 * Everything that a restarted agent needs to finish or undo a restore, named by the uid of the
 * target pod.
 *
 * @param state see {@link TargetState}
 * @param restore the PodRestore
 * @param podUid the target pod
 * @param checkpointUid the PodCheckpoint whose agent grants
 * @param sourceAddress {@code host:port} of that agent, to ask again after a restart
 * @param sourceNode name of its node, which its certificate must show
 * @param containers names, in the order in which the kubelet starts them
 * @param keptAddresses addresses of the source added to this pod, in CIDR notation
 * @param resumedAt when {@link TargetState#RESUMED} was recorded
 * @param inGroup whether others run because this one has asked; false if an older agent wrote the
 *     record
 */
public record TargetRecord(
        TargetState state,
        ObjectKey restore,
        String podUid,
        String checkpointUid,
        String sourceAddress,
        String sourceNode,
        List<String> containers,
        List<String> keptAddresses,
        @Nullable Instant resumedAt,
        boolean inGroup) {

    public TargetRecord {
        containers = List.copyOf(containers);
        keptAddresses = List.copyOf(keptAddresses);
    }

    public TargetRecord with(TargetState next) {
        return new TargetRecord(
                next,
                restore,
                podUid,
                checkpointUid,
                sourceAddress,
                sourceNode,
                containers,
                keptAddresses,
                next == TargetState.RESUMED && resumedAt == null ? Instant.now() : resumedAt,
                inGroup);
    }

    public TargetRecord keeping(List<String> addresses) {
        return new TargetRecord(
                state,
                restore,
                podUid,
                checkpointUid,
                sourceAddress,
                sourceNode,
                containers,
                addresses,
                resumedAt,
                inGroup);
    }

    public TargetRecord from(String checkpoint, String node, String address, boolean group) {
        return new TargetRecord(
                state,
                restore,
                podUid,
                checkpoint,
                address,
                node,
                containers,
                keptAddresses,
                resumedAt,
                group);
    }
}
