package dev.podmigration.agent.peer;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.wire.OutcomeReply;
import dev.podmigration.agent.wire.OutcomeRequest;
import dev.podmigration.agent.wire.TargetMessage;

import java.util.function.Consumer;

/** What an agent answers to others. Thread-safe. */
public interface PeerHandler {

    /**
     * A source's agent opened a stream.
     *
     * @param node name of its node, as its certificate says
     * @param replies takes answers from any thread
     */
    TargetSession open(String node, Consumer<TargetMessage> replies);

    /** A target's agent asks what the record of a PodCheckpoint of this node says. */
    OutcomeReply outcome(String node, OutcomeRequest request) throws AgentFailure;
}
