package dev.podmigration.agent.files;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.api.v1alpha1.FailureReason;

/** Makes the failure for a record that no correct sender makes: nothing of it is applied. */
final class Malformed {
    private Malformed() {}

    static AgentFailure record(String what) {
        return new AgentFailure(
                FailureReason.InternalError, "Refused a file record of the source: " + what);
    }
}
