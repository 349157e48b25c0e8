package dev.podmigration.agent.testnode;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.peer.SourceRecords;
import dev.podmigration.agent.wire.Grant;
import dev.podmigration.agent.wire.OutcomeReply;
import dev.podmigration.agent.wire.OutcomeRequest;
import dev.podmigration.agent.wire.Refusal;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.time.Duration;

/** The record of the one source of a test; nobody answers until it is told what to say. */
public final class FakeSourceRecords implements SourceRecords {

    private enum Answer {
        NONE,
        GRANT,
        REFUSAL
    }

    private volatile Answer answer = Answer.NONE;

    public void grant() {
        answer = Answer.GRANT;
    }

    public void refuse() {
        answer = Answer.REFUSAL;
    }

    @Override
    public OutcomeReply outcome(String node, String address, OutcomeRequest request, Duration limit)
            throws AgentFailure {
        return switch (answer) {
            case NONE ->
                    throw new AgentFailure(FailureReason.AgentUnreachable, "Nobody at " + address);
            case GRANT -> OutcomeReply.newBuilder().setGrant(Grant.getDefaultInstance()).build();
            case REFUSAL ->
                    OutcomeReply.newBuilder()
                            .setRefusal(Refusal.newBuilder().setReason("it was rolled back"))
                            .build();
        };
    }
}
