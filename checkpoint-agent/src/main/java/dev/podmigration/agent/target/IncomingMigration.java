package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.peer.TargetSession;
import dev.podmigration.agent.wire.Hello;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.agent.wire.Welcome;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodRestore;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** One stream of a source: refused unless a PodRestore of this node names it. */
final class IncomingMigration implements TargetSession {

    private static final Logger LOG = LoggerFactory.getLogger(IncomingMigration.class);

    private final NodeTarget target;
    private final BiFunction<String, String, Optional<PodRestore>> restores;
    private final String sourceNode;
    private final Consumer<TargetMessage> replies;
    private @Nullable Arrival pod;
    private boolean ended;

    IncomingMigration(
            NodeTarget target,
            BiFunction<String, String, Optional<PodRestore>> restores,
            String sourceNode,
            Consumer<TargetMessage> replies) {
        this.target = target;
        this.restores = restores;
        this.sourceNode = sourceNode;
        this.replies = replies;
    }

    @Override
    public synchronized void receive(SourceMessage message) throws AgentFailure {
        if (ended) {
            return;
        }
        try {
            Arrival known = pod;
            if (known == null) {
                pod = greet(message);
            } else {
                known.receive(message, replies);
            }
        } catch (IOException e) {
            throw AgentFailure.ofNode("The target could not take " + message.getBodyCase(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AgentFailure(FailureReason.Cancelled, "The target's agent is stopping", e);
        }
    }

    private Arrival greet(SourceMessage message)
            throws AgentFailure, IOException, InterruptedException {
        if (!message.hasHello()) {
            throw new AgentFailure(FailureReason.PeerRefused, "A stream begins with Hello");
        }
        Hello hello = message.getHello();
        PodRestore restore =
                restores.apply(hello.getRestoreNamespace(), hello.getRestoreName())
                        .filter(found -> found.getMetadata().getUid().equals(hello.getRestoreUid()))
                        .filter(found -> sourceNode.equals(found.getSpec().getSourceNodeName()))
                        .filter(
                                found ->
                                        hello.getContainersList()
                                                .equals(found.getSpec().getContainers()))
                        .orElseThrow(
                                () ->
                                        new AgentFailure(
                                                FailureReason.PeerRefused,
                                                "No PodRestore %s/%s on this node names node %s and these containers"
                                                        .formatted(
                                                                hello.getRestoreNamespace(),
                                                                hello.getRestoreName(),
                                                                sourceNode)));
        Arrival arrival =
                target.arrival(restore)
                        .orElseThrow(
                                () ->
                                        new AgentFailure(
                                                FailureReason.LauncherTimeout,
                                                "The target pod does not wait to be restored"));
        Welcome welcome = arrival.greet(sourceNode, hello);
        replies.accept(TargetMessage.newBuilder().setWelcome(welcome).build());
        return arrival;
    }

    @Override
    public synchronized void ended(AgentFailure why) {
        if (ended) {
            return;
        }
        ended = true;
        Arrival known = pod;
        if (known != null) {
            try {
                known.streamEnded(why);
            } catch (IOException e) {
                LOG.error("After the end of a stream ({})", why.getMessage(), e);
            }
        }
    }
}
