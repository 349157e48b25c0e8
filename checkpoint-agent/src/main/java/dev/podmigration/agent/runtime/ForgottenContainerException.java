package dev.podmigration.agent.runtime;

import java.io.IOException;

/**
 * The container runtime has no such container, nor keeps it for whoever asks for its name: CRI-O
 * 1.36 that ends while it makes a container knows nothing of it when it comes back, as it had not
 * written its state.json.
 */
public final class ForgottenContainerException extends IOException {

    private static final long serialVersionUID = 1L;

    public ForgottenContainerException(String containerId, Throwable cause) {
        super("the container runtime has forgotten " + containerId, cause);
    }
}
