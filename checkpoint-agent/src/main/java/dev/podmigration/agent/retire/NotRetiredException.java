package dev.podmigration.agent.retire;

/** Nodes still have parts of the agent. The message says which, and what to do. */
public final class NotRetiredException extends Exception {

    private static final long serialVersionUID = 1L;

    NotRetiredException(String message) {
        super(message);
    }

    NotRetiredException(String message, Throwable cause) {
        super(message, cause);
    }
}
