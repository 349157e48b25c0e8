package dev.podmigration.agent.peer;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.wire.PeerFailure;
import dev.podmigration.api.v1alpha1.FailureReason;

/** An {@link AgentFailure} on the wire. */
public final class PeerFailures {

    private PeerFailures() {}

    public static PeerFailure toWire(AgentFailure failure) {
        return PeerFailure.newBuilder()
                .setReason(failure.reason().name())
                .setMessage(failure.getMessage())
                .setRemedy(failure.remedy())
                .addAllLog(failure.log())
                .build();
    }

    /**
     * A reason that this version does not know becomes {@link FailureReason#InternalError} with the
     * name in the message.
     */
    public static AgentFailure fromWire(PeerFailure failure) {
        for (FailureReason reason : FailureReason.values()) {
            if (reason.name().equals(failure.getReason())) {
                return new AgentFailure(
                        reason, failure.getMessage(), failure.getRemedy(), failure.getLogList());
            }
        }
        return new AgentFailure(
                FailureReason.InternalError,
                failure.getReason() + ": " + failure.getMessage(),
                failure.getRemedy(),
                failure.getLogList());
    }
}
