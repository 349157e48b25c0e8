package dev.podmigration.agent.source;

import dev.podmigration.agent.AgentFailure;

import java.io.IOException;

/** A failure of the stream, seen by code that writes to it. */
final class BrokenLinkException extends IOException {

    private static final long serialVersionUID = 1L;

    private final AgentFailure failure;

    BrokenLinkException(AgentFailure failure) {
        super(failure.getMessage(), failure);
        this.failure = failure;
    }

    AgentFailure failure() {
        return failure;
    }
}
