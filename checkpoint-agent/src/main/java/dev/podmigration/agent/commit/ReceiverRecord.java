package dev.podmigration.agent.commit;

import com.fasterxml.jackson.annotation.JsonIgnore;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/**
 * Everything that a restarted agent needs to go on with a pod that is received before it exists,
 * named by the uid of the PodRestore.
 *
 * @param state see {@link ReceiverState}
 * @param restore the PodRestore
 * @param containers names, in the order in which the kubelet starts them
 * @param closeConnections whether restored connections are closed
 * @param source whom to ask for the grant; null before a stream was opened
 * @param addresses of the source that go to the pod, in CIDR notation
 * @param podUid the pod; null until it exists
 * @param attempts restores that were begun
 * @param lost why the pod was started anew, in a sentence; null unless it was
 * @param left its PodRestore is gone: the record goes when the pod does
 * @param resumedAt when {@link ReceiverState#RESUMED} was recorded
 */
public record ReceiverRecord(
        ReceiverState state,
        ObjectKey restore,
        List<String> containers,
        boolean closeConnections,
        @Nullable Source source,
        List<String> addresses,
        @Nullable String podUid,
        int attempts,
        @Nullable String lost,
        boolean left,
        @Nullable Instant resumedAt) {

    /**
     * The other end.
     *
     * @param checkpointUid the PodCheckpoint whose agent grants
     * @param node its node, which its certificate must show
     * @param address {@code host:port} of that agent
     */
    public record Source(String checkpointUid, String node, String address) {}

    public ReceiverRecord {
        containers = List.copyOf(containers);
        addresses = List.copyOf(addresses);
    }

    /** A pod of which nothing has come yet. */
    public static ReceiverRecord receiving(
            ObjectKey restore, List<String> containers, boolean closeConnections) {
        return new ReceiverRecord(
                ReceiverState.RECEIVING,
                restore,
                containers,
                closeConnections,
                null,
                List.of(),
                null,
                0,
                null,
                false,
                null);
    }

    @JsonIgnore
    public String name() {
        return restore.uid();
    }

    ReceiverRecord with(ReceiverState next) {
        return new ReceiverRecord(
                next,
                restore,
                containers,
                closeConnections,
                source,
                addresses,
                podUid,
                attempts,
                lost,
                left,
                next == ReceiverState.RESUMED && resumedAt == null ? Instant.now() : resumedAt);
    }

    ReceiverRecord from(Source other) {
        return new ReceiverRecord(
                state,
                restore,
                containers,
                closeConnections,
                other,
                addresses,
                podUid,
                attempts,
                lost,
                left,
                resumedAt);
    }

    ReceiverRecord keeping(List<String> kept) {
        return new ReceiverRecord(
                state,
                restore,
                containers,
                closeConnections,
                source,
                kept,
                podUid,
                attempts,
                lost,
                left,
                resumedAt);
    }

    ReceiverRecord of(String pod) {
        return new ReceiverRecord(
                state,
                restore,
                containers,
                closeConnections,
                source,
                addresses,
                pod,
                attempts,
                lost,
                left,
                resumedAt);
    }

    ReceiverRecord tried() {
        return new ReceiverRecord(
                state,
                restore,
                containers,
                closeConnections,
                source,
                addresses,
                podUid,
                attempts + 1,
                lost,
                left,
                resumedAt);
    }

    ReceiverRecord losing(String why) {
        return new ReceiverRecord(
                state,
                restore,
                containers,
                closeConnections,
                source,
                addresses,
                podUid,
                attempts,
                lost == null ? why : lost,
                left,
                resumedAt);
    }

    ReceiverRecord leaving() {
        return new ReceiverRecord(
                state,
                restore,
                containers,
                closeConnections,
                source,
                addresses,
                podUid,
                attempts,
                lost,
                true,
                resumedAt);
    }
}
