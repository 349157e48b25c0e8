package dev.podmigration.agent;

import dev.podmigration.agent.runtime.ContainerRuntimeException;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.io.IOException;
import java.util.List;

/**
 * An operation on this node ended with a reason that the user is told, together with what to do
 * about it.
 */
public final class AgentFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final FailureReason reason;
    private final String remedy;

    @SuppressWarnings("serial") // List.copyOf makes it, which is serializable
    private final List<String> log;

    /** With the reason's own remedy. */
    public AgentFailure(FailureReason reason, String message) {
        this(reason, message, reason.remedy(), List.of());
    }

    /** With the reason's own remedy, and what happened below. */
    public AgentFailure(FailureReason reason, String message, Throwable cause) {
        this(reason, message);
        initCause(cause);
    }

    /**
     * @param remedy what the user can do, one sentence
     * @param log raw lines that show it, for example of CRIU
     */
    public AgentFailure(FailureReason reason, String message, String remedy, List<String> log) {
        super(message);
        this.reason = reason;
        this.remedy = remedy;
        this.log = List.copyOf(log);
    }

    /**
     * What the node refused in the middle of something.
     *
     * @param what was being done, as the beginning of a sentence that ends with the cause's message
     */
    public static AgentFailure ofNode(String what, IOException cause) {
        return new AgentFailure(
                cause instanceof ContainerRuntimeException
                        ? FailureReason.RuntimeUnavailable
                        : FailureReason.InternalError,
                what + ": " + cause.getMessage(),
                cause);
    }

    public FailureReason reason() {
        return reason;
    }

    public String remedy() {
        return remedy;
    }

    public List<String> log() {
        return log;
    }
}
