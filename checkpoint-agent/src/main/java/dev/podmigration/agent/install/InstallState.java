package dev.podmigration.agent.install;

import java.util.List;

/**
 * What of us is on the node.
 *
 * @param missing what is not there, or not as this agent would write it; empty when all is well
 */
public record InstallState(List<String> missing) {

    public InstallState {
        missing = List.copyOf(missing);
    }

    public boolean isComplete() {
        return missing.isEmpty();
    }
}
