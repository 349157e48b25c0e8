package dev.podmigration.agent.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.podmigration.agent.testnode.FakeGuard;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** What a kubelet that comes up after a power failure may start, by what was decided before. */
class GrantedPodsStayDownTest {

    private static final SourceRecord FROZEN =
            new SourceRecord(
                    SourceState.FROZEN,
                    new ObjectKey("shop", "move-cart", "c1"),
                    "r1",
                    "p1",
                    "veth0",
                    7,
                    List.of(),
                    List.of("abc"),
                    Instant.parse("2026-01-02T03:04:05Z"),
                    "node-b",
                    null);

    @TempDir Path directory;

    private final FakeGuard guard = new FakeGuard();
    private SourceCommit commit;

    @BeforeEach
    void freeze() throws Exception {
        commit =
                new SourceCommit(
                        new RecordStore<>(directory.resolve("s"), SourceRecord.class),
                        new RecordStore<>(directory.resolve("g"), GroupRecord.class),
                        guard);
        commit.begin(FROZEN);
    }

    @Test
    void aPodThatIsOnlyFrozenStartsAgain() {
        assertThat(guard.refused()).isEmpty();
        assertThat(guard.prepared()).containsExactly("p1");
    }

    @Test
    void onceGrantedItDoesNot() throws Exception {
        commit.grant("c1", "r1");

        assertThat(guard.refused()).containsExactly("p1");
    }

    /** Otherwise a node that loses power right then would start what the target asks for. */
    @Test
    void withoutTheGuardThereIsNoGrant() throws Exception {
        guard.breakDisk();

        assertThatThrownBy(() -> commit.grant("c1", "r1")).isInstanceOf(IOException.class);

        assertThat(commit.record("c1")).contains(FROZEN);
    }

    @Test
    void oneThatIsRolledBackStartsAgain() throws Exception {
        commit.grant("c1", "r1");
        commit.decide("c1", SourceEvent.TARGET_NEVER_RESUMED);
        assertThat(guard.refused()).containsExactly("p1");

        commit.allowStart(commit.record("c1").orElseThrow());

        assertThat(guard.refused()).isEmpty();
    }

    @Test
    void whatADeadAgentLeftIsTakenBackUnlessItWasGranted() throws Exception {
        commit.grant("c1", "r1");
        guard.refuse("p2");

        commit.allowOtherStarts();

        assertThat(guard.refused()).containsExactly("p1");
    }
}
