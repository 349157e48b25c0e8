package dev.podmigration.agent.peer;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.wire.SourceMessage;

/** What the target does with one migration stream. Called by one thread at a time. */
public interface TargetSession {

    /** A failure is sent to the source and ends the session. */
    void receive(SourceMessage message) throws AgentFailure;

    /** The stream is over; whatever was not committed is undone here. */
    void ended(AgentFailure why);
}
