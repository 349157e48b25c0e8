package dev.podmigration.agent.host;

import java.io.IOException;
import java.util.List;

/** A program of the node could not be started, did not end in time, or failed where it must not. */
public final class CommandFailedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String output;
    private final String error;

    CommandFailedException(List<String> command, String what, String output, String error) {
        super(
                String.join(" ", command)
                        + ": "
                        + what
                        + (error.isBlank() ? "" : ": " + error.strip()));
        this.output = output;
        this.error = error;
    }

    public String output() {
        return output;
    }

    public String error() {
        return error;
    }
}
