package dev.podmigration.agent.criu;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.util.List;

/**
 * Why CRIU failed, as its log tells.
 *
 * @param message the line that is the cause, without time, process and place in CRIU's source
 * @param lines the error lines as they stand in the log, the first ones if there are many
 */
public record CriuFinding(FailureReason reason, String message, String remedy, List<String> lines) {

    public CriuFinding {
        lines = List.copyOf(lines);
    }

    public AgentFailure toFailure(String container) {
        return new AgentFailure(reason, "Container " + container + ": " + message, remedy, lines);
    }
}
