package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.commit.ReceiverEvent;
import dev.podmigration.agent.commit.ReceiverRecord;
import dev.podmigration.agent.wire.OutcomeReply;
import dev.podmigration.agent.wire.OutcomeRequest;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;

/**
 * Asks the source's record whether it has granted, because the stream that should have brought the
 * answer is gone.
 */
record GrantQuestion(TargetTools tools, String restoreUid) {

    private static final Logger LOG = LoggerFactory.getLogger(GrantQuestion.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /**
     * @param changed called when the answer is recorded
     */
    void ask(Runnable changed) {
        try {
            tools.receivers().decide(restoreUid, answer());
        } catch (IOException | IllegalStateException e) {
            // The record still says ASKED: the next start of the agent asks again.
            LOG.error("The answer for PodRestore {} is not recorded", restoreUid, e);
        }
        changed.run();
    }

    private ReceiverEvent answer() throws IOException {
        ReceiverRecord record = tools.receivers().record(restoreUid).orElseThrow();
        ReceiverRecord.Source source = record.source();
        if (source == null) {
            return ReceiverEvent.GIVE_UP;
        }
        try {
            OutcomeReply reply =
                    tools.sources()
                            .outcome(
                                    source.node(),
                                    source.address(),
                                    OutcomeRequest.newBuilder()
                                            .setCheckpointUid(source.checkpointUid())
                                            .setRestoreUid(restoreUid)
                                            .build(),
                                    LIMIT);
            return reply.getAnswerCase() == OutcomeReply.AnswerCase.GRANT
                    ? ReceiverEvent.GRANTED
                    : ReceiverEvent.REFUSED;
        } catch (AgentFailure e) {
            // Giving up is safe: the source is not deleted without this node's word that it has
            // the grant.
            LOG.warn("{}: the source could not be asked", record.restore(), e);
            return ReceiverEvent.GIVE_UP;
        }
    }
}
