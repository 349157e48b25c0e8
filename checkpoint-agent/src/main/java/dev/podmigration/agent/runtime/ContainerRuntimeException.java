package dev.podmigration.agent.runtime;

import java.io.IOException;

/** The container runtime does not answer, or not as expected. */
public final class ContainerRuntimeException extends IOException {

    private static final long serialVersionUID = 1L;

    ContainerRuntimeException(String message) {
        super(message);
    }

    ContainerRuntimeException(String message, Throwable cause) {
        super(message, cause);
    }
}
