package dev.podmigration.agent.peer;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.wire.OutcomeReply;
import dev.podmigration.agent.wire.OutcomeRequest;
import dev.podmigration.agent.wire.PeerGrpc;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.TargetMessage;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** Hands streams to a {@link PeerHandler}. */
final class PeerService extends PeerGrpc.PeerImplBase {

    /**
     * Messages that may wait in this process, at most 1 MiB each, so that neither the network nor
     * the thread that writes them waits for the other's turn.
     */
    private static final int PREFETCHED_MESSAGES = 32;

    private final PeerHandler handler;
    private final ImageStreamServer images;

    PeerService(PeerHandler handler, ImageStreamServer images) {
        this.handler = handler;
        this.images = images;
    }

    @Override
    public StreamObserver<SourceMessage> migrate(StreamObserver<TargetMessage> replies) {
        ServerCallStreamObserver<TargetMessage> call =
                (ServerCallStreamObserver<TargetMessage>) replies;
        call.disableAutoRequest();
        call.request(PREFETCHED_MESSAGES);
        return new IncomingStream(PeerNode.CURRENT.get(), handler, call, images);
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
}
