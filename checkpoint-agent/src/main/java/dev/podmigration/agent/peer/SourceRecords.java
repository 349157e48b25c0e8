package dev.podmigration.agent.peer;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.wire.OutcomeReply;
import dev.podmigration.agent.wire.OutcomeRequest;

import java.time.Duration;

/** The durable records of sources, which their agents answer from. Thread-safe. */
public interface SourceRecords {

    /**
     * Asks whether the restored pod may run.
     *
     * @param node whose certificate the other side must show
     * @param address {@code host:port} of its agent
     * @throws AgentFailure AgentUnreachable if there is no answer within the limit
     */
    OutcomeReply outcome(String node, String address, OutcomeRequest request, Duration limit)
            throws AgentFailure;
}
