package dev.podmigration.agent.host;

import java.util.List;

/**
 * What a program left behind that ended by itself.
 *
 * @param output what it wrote to its standard output, cut at {@link HostCommand#MAX_OUTPUT_BYTES}
 * @param error what it wrote to its standard error, cut likewise
 */
public record CommandResult(List<String> command, int exitCode, String output, String error) {

    public CommandResult {
        command = List.copyOf(command);
    }

    public boolean succeeded() {
        return exitCode == 0;
    }

    /** For programs whose failure is not an answer but an accident. */
    public CommandResult orThrow() throws CommandFailedException {
        if (!succeeded()) {
            throw new CommandFailedException(command, "exit code " + exitCode, output, error);
        }
        return this;
    }
}
