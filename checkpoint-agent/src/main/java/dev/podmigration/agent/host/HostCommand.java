package dev.podmigration.agent.host;

import java.time.Duration;
import java.util.List;

/**
 * Runs programs of the node. Never called inside a freeze: starting a process costs milliseconds.
 */
public interface HostCommand {

    /**
     * Of each of the two streams; the rest is read and thrown away, so that the program never
     * blocks.
     */
    int MAX_OUTPUT_BYTES = 256 * 1024;

    /**
     * Runs a program and waits for its end.
     *
     * @param command program and arguments; there is no shell between
     * @throws CommandFailedException when it cannot be started or does not end within the limit (it
     *     is killed then). A program that fails by itself is not an exception: see {@link
     *     CommandResult#orThrow}.
     */
    CommandResult run(Duration limit, List<String> command)
            throws CommandFailedException, InterruptedException;

    default CommandResult run(Duration limit, String... command)
            throws CommandFailedException, InterruptedException {
        return run(limit, List.of(command));
    }
}
