package dev.podmigration.agent.peer;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.agent.wire.Welcome;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.fault.FaultPoints;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;

/**
 * One source's migration as the target's agent receives it: the call with its small messages, and
 * the images beside it. The session hears both by one thread at a time.
 */
final class IncomingStream implements StreamObserver<SourceMessage>, ImageStreamServer.Receiver {

    private static final Logger LOG = LoggerFactory.getLogger(IncomingStream.class);

    private final String node;
    private final ServerCallStreamObserver<TargetMessage> call;
    private final ImageStreamServer.Stream images;
    private final TargetSession session;
    private final Object turn = new Object();
    private final Object replying = new Object();
    private boolean over;

    IncomingStream(
            String node,
            PeerHandler handler,
            ServerCallStreamObserver<TargetMessage> call,
            ImageStreamServer server) {
        this.node = node;
        this.call = call;
        this.images = server.expect(this);
        this.session = handler.open(node, this::reply);
    }

    @Override
    public void onNext(SourceMessage message) {
        receive(message);
        call.request(1);
    }

    @Override
    public void receive(SourceMessage message) {
        FaultPoints.reach("target has received", message.getBodyCase());
        synchronized (turn) {
            try {
                session.receive(message);
            } catch (AgentFailure failure) {
                fail(failure);
            } catch (RuntimeException fault) {
                // The thread would end and nobody be told: the pod would stand still until a limit.
                LOG.error("{} of {} was not understood", message.getBodyCase(), node, fault);
                fail(
                        new AgentFailure(
                                FailureReason.InternalError,
                                message.getBodyCase() + " was not understood: " + fault,
                                fault));
            }
        }
    }

    @Override
    public void broken(Exception why) {
        synchronized (turn) {
            fail(
                    new AgentFailure(
                            FailureReason.StreamBroken,
                            "The images of " + node + " cannot be read: " + why.getMessage(),
                            why));
        }
    }

    /** The source is told before its images find a closed door. */
    private void fail(AgentFailure failure) {
        reply(TargetMessage.newBuilder().setFailed(PeerFailures.toWire(failure)).build());
        end(failure);
    }

    private void end(AgentFailure why) {
        session.ended(why);
        images.close();
    }

    @Override
    public void onError(Throwable broken) {
        LOG.debug("Stream of {} broke", node, broken);
        end(
                new AgentFailure(
                        FailureReason.StreamBroken,
                        "The stream from " + node + " broke: " + broken.getMessage()));
    }

    @Override
    public void onCompleted() {
        end(
                new AgentFailure(
                        FailureReason.StreamBroken, "The agent of " + node + " closed the stream"));
        synchronized (replying) {
            if (!over) {
                over = true;
                call.onCompleted();
            }
        }
    }

    /** gRPC observers are not thread-safe, and a stream that is gone takes no more messages. */
    private void reply(TargetMessage message) {
        FaultPoints.reach("target sends", message.getBodyCase());
        synchronized (replying) {
            if (!over) {
                try {
                    call.onNext(message.hasWelcome() ? withImageStream(message) : message);
                } catch (IOException | RuntimeException gone) {
                    // The same end reaches the session through onError.
                    LOG.debug("Nobody takes {}", message.getBodyCase(), gone);
                    over = true;
                }
            }
        }
    }

    private TargetMessage withImageStream(TargetMessage message) throws IOException {
        Welcome.Builder welcome = message.getWelcome().toBuilder();
        images.describe(welcome);
        return TargetMessage.newBuilder().setWelcome(welcome).build();
    }
}
