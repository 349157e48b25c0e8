package dev.podmigration.agent.testnode;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.peer.SourceRecords;
import dev.podmigration.agent.wire.Grant;
import dev.podmigration.agent.wire.OutcomeReply;
import dev.podmigration.agent.wire.OutcomeRequest;
import dev.podmigration.agent.wire.Pending;
import dev.podmigration.agent.wire.Refusal;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** The record of the one source of a test; nobody answers until it is told what to say. */
public final class FakeSourceRecords implements SourceRecords {

    private enum Answer {
        NONE,
        GRANT,
        REFUSAL,
        PENDING
    }

    private volatile Answer answer = Answer.NONE;
    private final AtomicInteger questions = new AtomicInteger();

    public void grant() {
        answer = Answer.GRANT;
    }

    /** Another pod of the same group has not asked. */
    public void letWait() {
        answer = Answer.PENDING;
    }

    /** How often it was asked. */
    public int questions() {
        return questions.get();
    }

    public void refuse() {
        answer = Answer.REFUSAL;
    }

    @Override
    public OutcomeReply outcome(String node, String address, OutcomeRequest request, Duration limit)
            throws AgentFailure {
        questions.incrementAndGet();
        return switch (answer) {
            case PENDING ->
                    OutcomeReply.newBuilder().setPending(Pending.getDefaultInstance()).build();
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
