package dev.podmigration.agent.peer;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.wire.PeerGrpc;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.agent.wire.Welcome;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.fault.FaultPoints;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

import javax.net.ssl.SSLException;

/** {@link TargetLink} on a gRPC call; the channel is its own and ends with it. */
final class GrpcTargetLink implements TargetLink {

    /**
     * Bytes that may wait in this process for the network. Enough to keep the connection busy while
     * a thread is woken, little enough that the image is not copied into the heap.
     */
    private static final int BUFFERED_BYTES = 8 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(GrpcTargetLink.class);

    /** What the target says in the call may come a moment after it has closed the other one. */
    private static final Duration REASON_LIMIT = Duration.ofSeconds(1);

    private final ManagedChannel channel;
    private final String host;
    private final ClientCall<SourceMessage, TargetMessage> call;
    private final BlockingQueue<Object> replies = new LinkedBlockingQueue<>();
    private final ReentrantLock sending = new ReentrantLock();
    private final Condition ready = sending.newCondition();

    /** Why the stream ended. Guarded by {@link #sending}. */
    private @Nullable AgentFailure ended;

    /** Set once the target has said where to. Guarded by {@link #sending}. */
    private @Nullable ImageStreamClient images;

    /**
     * @param host at which the target's agent listens
     */
    GrpcTargetLink(ManagedChannel channel, String host) {
        this.channel = channel;
        this.host = host;
        this.call =
                channel.newCall(
                        PeerGrpc.getMigrateMethod(),
                        CallOptions.DEFAULT.withOnReadyThreshold(BUFFERED_BYTES));
        call.start(new Replies(), new Metadata());
        call.request(1);
    }

    @Override
    public void send(SourceMessage message) throws AgentFailure {
        FaultPoints.reach("source sends", message.getBodyCase());
        if (message.hasImage() || message.hasManifest()) {
            sendImages(message);
        } else {
            sendInCall(message);
        }
    }

    private void sendImages(SourceMessage message) throws AgentFailure {
        ImageStreamClient stream;
        sending.lock();
        try {
            if (ended != null) {
                throw ended;
            }
            if (images == null) {
                throw new IllegalStateException("images before the target's Welcome");
            }
            stream = images;
        } finally {
            sending.unlock();
        }
        try {
            stream.send(message);
        } catch (IOException e) {
            throw whyBroken(e);
        }
    }

    /** A target that closes its door has said why, in the call. */
    private AgentFailure whyBroken(IOException broken) {
        AgentFailure fallback =
                new AgentFailure(
                        FailureReason.StreamBroken,
                        "The target takes no more images: " + broken.getMessage(),
                        broken);
        sending.lock();
        try {
            long left = REASON_LIMIT.toNanos();
            while (ended == null && left > 0) {
                left = ready.awaitNanos(left);
            }
            return ended == null ? fallback : ended;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fallback;
        } finally {
            sending.unlock();
        }
    }

    private void sendInCall(SourceMessage message) throws AgentFailure {
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
            case TargetMessage message when message.getBodyCase() == expected -> {
                if (message.hasWelcome()) {
                    openImages(message.getWelcome());
                }
                FaultPoints.reach("source has received", expected);
                yield message;
            }
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

    private void openImages(Welcome welcome) throws AgentFailure {
        sending.lock();
        try {
            images = new ImageStreamClient(host, welcome);
        } catch (IOException e) {
            throw new AgentFailure(
                    FailureReason.AgentUnreachable,
                    "The target's agent cannot be reached at %s, port %d, where images go: %s"
                            .formatted(host, welcome.getImagePort(), e.getMessage()),
                    e);
        } finally {
            sending.unlock();
        }
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
            closeImages();
        } finally {
            sending.unlock();
        }
        channel.shutdown();
    }

    private void closeImages() {
        ImageStreamClient stream = images;
        if (stream != null) {
            try {
                stream.close();
            } catch (IOException e) {
                LOG.debug("The connection for images could not be closed", e);
            }
        }
    }

    private final class Replies extends ClientCall.Listener<TargetMessage> {
        @Override
        public void onMessage(TargetMessage message) {
            if (message.hasFailed()) {
                end(PeerFailures.fromWire(message.getFailed()));
            }
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
            end(failure);
            replies.add(failure);
            channel.shutdown();
        }

        /** The first reason is the one that counts. */
        private void end(AgentFailure failure) {
            sending.lock();
            try {
                if (ended == null) {
                    ended = failure;
                }
                closeImages();
                ready.signalAll();
            } finally {
                sending.unlock();
            }
        }

        private AgentFailure failure(Status status) {
            FailureReason reason =
                    switch (status.getCode()) {
                        case UNAVAILABLE ->
                                isRefusal(status.getCause())
                                        ? FailureReason.PeerRefused
                                        : FailureReason.AgentUnreachable;
                        case DEADLINE_EXCEEDED -> FailureReason.AgentUnreachable;
                        case PERMISSION_DENIED, UNAUTHENTICATED -> FailureReason.PeerRefused;
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

        /** One of the two does not take the other's certificate. */
        private static boolean isRefusal(@Nullable Throwable cause) {
            return Stream.iterate(cause, Objects::nonNull, Throwable::getCause)
                    .anyMatch(SSLException.class::isInstance);
        }
    }
}
