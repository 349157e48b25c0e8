package dev.podmigration.e2e.lab;

import java.util.List;

/** How a command ended. */
public record CommandOutcome(List<String> command, int status, String output, String errors) {
    public boolean succeeded() {
        return status == 0;
    }

    /** Standard output without the line ends at its end; fails unless the command succeeded. */
    public String orFail() {
        if (!succeeded()) {
            throw new IllegalStateException(
                    "%s ended with %d%n%s%s".formatted(command, status, output, errors));
        }
        return output.stripTrailing();
    }
}
