package dev.podmigration.agent.runtime;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

import java.io.IOException;
import java.util.Set;

/** The container runtime does not answer, or not as expected. */
public final class ContainerRuntimeException extends IOException {

    private static final long serialVersionUID = 1L;

    private static final Set<Status.Code> AWAY =
            Set.of(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED);

    ContainerRuntimeException(String message) {
        super(message);
    }

    ContainerRuntimeException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Whether it may answer later: it is away, or was too slow. */
    public boolean isAway() {
        return getCause() instanceof StatusRuntimeException refusal
                ? AWAY.contains(refusal.getStatus().getCode())
                : getCause() instanceof IOException;
    }

    boolean is(Status.Code code) {
        return getCause() instanceof StatusRuntimeException refusal
                && refusal.getStatus().getCode() == code;
    }
}
