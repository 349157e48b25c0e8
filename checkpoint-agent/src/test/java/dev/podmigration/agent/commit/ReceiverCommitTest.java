package dev.podmigration.agent.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

class ReceiverCommitTest {

    private static final ObjectKey RESTORE = new ObjectKey("shop", "move-cart", "r1");

    @TempDir Path directory;

    private ReceiverCommit commit;

    @BeforeEach
    void open() throws Exception {
        commit = new ReceiverCommit(new RecordStore<>(directory, ReceiverRecord.class));
        commit.begin(ReceiverRecord.receiving(RESTORE, List.of("main"), true));
    }

    @Test
    void allThatARestartedAgentNeedsIsReadBack() throws Exception {
        ReceiverRecord.Source source = new ReceiverRecord.Source("c1", "node-a", "10.0.0.1:9444");
        commit.source("r1", source);
        commit.keep("r1", List.of("10.9.0.2/16"));
        commit.decide("r1", ReceiverEvent.VERIFIED);
        commit.decide("r1", ReceiverEvent.GRANTED);
        commit.bind("r1", "p2");
        commit.tried("r1");

        ReceiverRecord read =
                new ReceiverCommit(new RecordStore<>(directory, ReceiverRecord.class))
                        .record("r1")
                        .orElseThrow();

        assertThat(read)
                .isEqualTo(
                        new ReceiverRecord(
                                ReceiverState.GRANTED,
                                RESTORE,
                                List.of("main"),
                                true,
                                source,
                                List.of("10.9.0.2/16"),
                                "p2",
                                1,
                                null,
                                false,
                                null));
    }

    @Test
    void aSecondBeginningChangesNothing() throws Exception {
        commit.decide("r1", ReceiverEvent.GIVE_UP);

        commit.begin(ReceiverRecord.receiving(RESTORE, List.of("main"), true));

        assertThat(commit.record("r1").orElseThrow().state()).isEqualTo(ReceiverState.CANCELLED);
    }

    @Test
    void thePodIsNoOtherOneLater() throws Exception {
        commit.bind("r1", "p2");
        commit.bind("r1", "p2");

        assertThatThrownBy(() -> commit.bind("r1", "p3")).hasMessageContaining("not for p3");
    }

    @Test
    void whyTheMemoryWasLostIsRecordedWithTheStateAndStays() throws Exception {
        commit.decide("r1", ReceiverEvent.VERIFIED);
        commit.decide("r1", ReceiverEvent.GRANTED);

        assertThat(commit.lose("r1", "the node was restarted"))
                .isEqualTo(ReceiverDecision.Action.START_ANEW);
        commit.lose("r1", "something else");

        ReceiverRecord record = commit.record("r1").orElseThrow();
        assertThat(record.state()).isEqualTo(ReceiverState.STARTED_ANEW);
        assertThat(record.lost()).isEqualTo("the node was restarted");
    }

    @Test
    void whatIsLostBeforeTheGrantIsCancelled() throws Exception {
        assertThat(commit.lose("r1", "the node was restarted"))
                .isEqualTo(ReceiverDecision.Action.KILL);
        assertThat(commit.record("r1").orElseThrow().state()).isEqualTo(ReceiverState.CANCELLED);
    }
}
