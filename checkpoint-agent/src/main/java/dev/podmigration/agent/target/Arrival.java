package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.wire.Hello;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.agent.wire.Welcome;

import java.io.IOException;
import java.util.function.Consumer;

/** What a stream of a source fills. Messages come from one thread at a time. */
interface Arrival {

    /** A source has opened a stream, and both objects name each other. */
    Welcome greet(String sourceNode, Hello hello)
            throws IOException, AgentFailure, InterruptedException;

    /** A message of the source after its greeting. */
    void receive(SourceMessage message, Consumer<TargetMessage> replies)
            throws AgentFailure, IOException, InterruptedException;

    /** The stream is over, whether that was meant or not. */
    void streamEnded(AgentFailure why) throws IOException;
}
