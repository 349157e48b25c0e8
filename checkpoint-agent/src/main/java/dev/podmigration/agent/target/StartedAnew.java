package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.util.List;

/** A pod that nothing can bring back to its source, and whose memory did not come to the target. */
final class StartedAnew {

    private StartedAnew() {}

    /**
     * What the user is told.
     *
     * @param why as a part of a sentence
     * @param log of CRIU, if it has one
     */
    static AgentFailure because(String why, List<String> log) {
        return new AgentFailure(
                FailureReason.RestoreFailed,
                "The pod was started anew, without its memory: " + why + ".",
                FailureReason.RestoreFailed.remedy(),
                log);
    }
}
