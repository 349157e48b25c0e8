package dev.podmigration.agent.peer;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.wire.PeerGrpc;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.api.v1alpha1.FailureReason;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** {@link TargetLink} on a gRPC call; the channel is its own and ends with it. */
final class GrpcTargetLink implements TargetLink {

    /**
     * Bytes that may wait in this process for the network. Enough to keep the connection busy while
     * a thread is woken, little enough that the image is not copied into the heap.
     */
    private static final int BUFFERED_BYTES = 8 << 20;

    private final ManagedChannel channel;
    private final ClientCall<SourceMessage, TargetMessage> call;
    private final BlockingQueue<Object> replies = new LinkedBlockingQueue<>();
    private final ReentrantLock sending = new ReentrantLock();
    private final Condition ready = sending.newCondition();

    /** Why the stream ended. Guarded by {@link #sending}. */
    private @Nullable AgentFailure ended;

    GrpcTargetLink(ManagedChannel channel) {
        this.channel = channel;
        this.call =
                channel.newCall(
                        PeerGrpc.getMigrateMethod(),
                        CallOptions.DEFAULT.withOnReadyThreshold(BUFFERED_BYTES));
        call.start(new Replies(), new Metadata());
        call.request(1);
    }

    @Override
    public void send(SourceMessage message) throws AgentFailure {
        sending.lock();
        try {
            while (ended == null && !call.isReady()) {
                ready.await();
            }
            if (ended != null) {
                throw ended;
            }
            call.sendMessage(message);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AgentFailure(
                    FailureReason.Cancelled, "Interrupted while sending to the target's agent");
        } finally {
            sending.unlock();
        }
    }

    @Override
    public TargetMessage await(TargetMessage.BodyCase expected, Duration limit)
            throws AgentFailure {
        Object reply;
        try {
            reply = replies.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AgentFailure(
                    FailureReason.Cancelled, "Interrupted while waiting for the target's agent");
        }
        return switch (reply) {
            case null ->
                    throw new AgentFailure(
                            FailureReason.AgentUnreachable,
                            "The target's agent did not send "
                                    + expected
                                    + " within "
                                    + limit.toMillis()
                                    + " ms");
            case AgentFailure failure -> {
                replies.add(failure);
                throw failure;
            }
            case TargetMessage message
                    when message.getBodyCase() == TargetMessage.BodyCase.FAILED ->
                    throw PeerFailures.fromWire(message.getFailed());
            case TargetMessage message when message.getBodyCase() == expected -> message;
            default ->
                    throw new AgentFailure(
                            FailureReason.InternalError,
                            "The target's agent sent "
                                    + ((TargetMessage) reply).getBodyCase()
                                    + " where "
                                    + expected
                                    + " was expected");
        };
    }

    @Override
    public boolean open() {
        sending.lock();
        try {
            return ended == null;
        } finally {
            sending.unlock();
        }
    }

    @Override
    public void close() {
        sending.lock();
        try {
            if (ended == null) {
                call.halfClose();
            }
        } finally {
            sending.unlock();
        }
        channel.shutdown();
    }

    private final class Replies extends ClientCall.Listener<TargetMessage> {
        @Override
        public void onMessage(TargetMessage message) {
            replies.add(message);
            call.request(1);
        }

        @Override
        public void onReady() {
            sending.lock();
            try {
                ready.signalAll();
            } finally {
                sending.unlock();
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            AgentFailure failure = failure(status);
            sending.lock();
            try {
                ended = failure;
                ready.signalAll();
            } finally {
                sending.unlock();
            }
            replies.add(failure);
            channel.shutdown();
        }

        private AgentFailure failure(Status status) {
            FailureReason reason =
                    switch (status.getCode()) {
                        case UNAVAILABLE, DEADLINE_EXCEEDED -> FailureReason.AgentUnreachable;
                        case PERMISSION_DENIED, UNAUTHENTICATED -> FailureReason.NotPermitted;
                        case OK,
                                CANCELLED,
                                UNKNOWN,
                                INVALID_ARGUMENT,
                                NOT_FOUND,
                                ALREADY_EXISTS,
                                RESOURCE_EXHAUSTED,
                                FAILED_PRECONDITION,
                                ABORTED,
                                OUT_OF_RANGE,
                                UNIMPLEMENTED,
                                INTERNAL,
                                DATA_LOSS ->
                                FailureReason.StreamBroken;
                    };
            String cause = status.getCause() == null ? "" : ": " + status.getCause().getMessage();
            return new AgentFailure(
                    reason,
                    "The stream to the target's agent ended: "
                            + status.getCode()
                            + (status.getDescription() == null ? "" : " " + status.getDescription())
                            + cause);
        }
    }
}
