package dev.podmigration.agent.peer;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.wire.OutcomeReply;
import dev.podmigration.agent.wire.OutcomeRequest;
import dev.podmigration.agent.wire.PeerGrpc;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.api.v1alpha1.FailureReason;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.function.Consumer;

/** Hands streams to a {@link PeerHandler}. */
final class PeerService extends PeerGrpc.PeerImplBase {

    private static final Logger LOG = LoggerFactory.getLogger(PeerService.class);

    /**
     * Messages that may wait in this process, at most 1 MiB each, so that neither the network nor
     * the thread that writes them waits for the other's turn.
     */
    private static final int PREFETCHED_MESSAGES = 32;

    private final PeerHandler handler;

    PeerService(PeerHandler handler) {
        this.handler = handler;
    }

    @Override
    public StreamObserver<SourceMessage> migrate(StreamObserver<TargetMessage> replies) {
        ServerCallStreamObserver<TargetMessage> call =
                (ServerCallStreamObserver<TargetMessage>) replies;
        call.disableAutoRequest();
        call.request(PREFETCHED_MESSAGES);
        String node = PeerNode.CURRENT.get();
        Replies serialised = new Replies(replies);
        TargetSession session = handler.open(node, serialised);
        return new Incoming(node, session, serialised, call);
    }

    @Override
    public void outcome(OutcomeRequest request, StreamObserver<OutcomeReply> reply) {
        try {
            reply.onNext(handler.outcome(PeerNode.CURRENT.get(), request));
            reply.onCompleted();
        } catch (AgentFailure e) {
            reply.onError(
                    Status.INTERNAL
                            .withDescription(e.getMessage())
                            .withCause(e)
                            .asRuntimeException());
        }
    }

    private record Incoming(
            String node,
            TargetSession session,
            Replies replies,
            ServerCallStreamObserver<TargetMessage> call)
            implements StreamObserver<SourceMessage> {
        @Override
        public void onNext(SourceMessage message) {
            try {
                session.receive(message);
            } catch (AgentFailure failure) {
                replies.accept(
                        TargetMessage.newBuilder().setFailed(PeerFailures.toWire(failure)).build());
                session.ended(failure);
            }
            call.request(1);
        }

        @Override
        public void onError(Throwable broken) {
            LOG.debug("Stream of {} broke", node, broken);
            session.ended(
                    new AgentFailure(
                            FailureReason.StreamBroken,
                            "The stream from " + node + " broke: " + broken.getMessage()));
        }

        @Override
        public void onCompleted() {
            session.ended(
                    new AgentFailure(
                            FailureReason.StreamBroken,
                            "The agent of " + node + " closed the stream"));
            replies.complete();
        }
    }

    /** gRPC observers are not thread-safe, and a stream that is gone takes no more messages. */
    private static final class Replies implements Consumer<TargetMessage> {
        private final StreamObserver<TargetMessage> observer;
        private boolean over;

        Replies(StreamObserver<TargetMessage> observer) {
            this.observer = observer;
        }

        @Override
        public synchronized void accept(TargetMessage message) {
            if (!over) {
                try {
                    observer.onNext(message);
                } catch (RuntimeException gone) {
                    // The same end reaches the session through onError.
                    LOG.debug("Nobody takes {}", message.getBodyCase(), gone);
                    over = true;
                }
            }
        }

        synchronized void complete() {
            if (!over) {
                over = true;
                observer.onCompleted();
            }
        }
    }
}
