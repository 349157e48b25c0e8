package dev.podmigration.agent;

import dev.podmigration.agent.peer.PeerHandler;
import dev.podmigration.agent.peer.TargetSession;
import dev.podmigration.agent.source.NodeSource;
import dev.podmigration.agent.target.NodeTarget;
import dev.podmigration.agent.wire.OutcomeReply;
import dev.podmigration.agent.wire.OutcomeRequest;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.api.v1alpha1.PodRestore;

import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** What this node answers to the agents of others. */
record NodeAgent(
        NodeSource source,
        NodeTarget target,
        BiFunction<String, String, Optional<PodRestore>> restores)
        implements PeerHandler {

    @Override
    public TargetSession open(String node, Consumer<TargetMessage> replies) {
        return target.open(restores, node, replies);
    }

    @Override
    public OutcomeReply outcome(String node, OutcomeRequest request) throws AgentFailure {
        return source.outcome(node, request);
    }
}
