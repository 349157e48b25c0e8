package dev.podmigration.agent.peer;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.TargetMessage;

import java.time.Duration;

/**
 * The source's end of one migration stream. Sending is thread-safe and keeps each thread's order;
 * it blocks while the target is slower. Once the stream is broken every call throws {@code
 * StreamBroken}, or what the target said before.
 */
public interface TargetLink extends AutoCloseable {

    void send(SourceMessage message) throws AgentFailure;

    /**
     * The next message of the target, which must be {@code expected}.
     *
     * @throws AgentFailure what the target reported, {@code StreamBroken}, or {@code
     *     AgentUnreachable} after {@code limit}
     */
    TargetMessage await(TargetMessage.BodyCase expected, Duration limit) throws AgentFailure;

    /** Whether the stream can still carry messages. */
    boolean open();

    /** Ends the stream; a stream that was not finished is broken for the target. */
    @Override
    void close();
}
