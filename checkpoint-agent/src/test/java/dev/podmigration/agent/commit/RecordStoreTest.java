package dev.podmigration.agent.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

class RecordStoreTest {

    private static final SourceRecord FROZEN =
            new SourceRecord(
                    SourceState.FROZEN,
                    new ObjectKey("shop", "move-cart", "c1"),
                    "r1",
                    "p1",
                    "veth0",
                    7,
                    List.of("10.0.0.7/16"),
                    List.of("abc"),
                    Instant.parse("2026-01-02T03:04:05.123456Z"),
                    "node-b",
                    null);

    @TempDir Path directory;
    @TempDir Path groups;

    private SourceCommit commit;

    @BeforeEach
    void open() throws Exception {
        commit =
                new SourceCommit(
                        new RecordStore<>(directory, SourceRecord.class),
                        new RecordStore<>(groups, GroupRecord.class),
                        StartGuard.NONE);
    }

    @Test
    void aRecordIsReadBackByANewAgent() throws Exception {
        commit.begin(FROZEN);
        commit.grant("c1", "r1");

        SourceCommit restarted =
                new SourceCommit(
                        new RecordStore<>(directory, SourceRecord.class),
                        new RecordStore<>(groups, GroupRecord.class),
                        StartGuard.NONE);

        assertThat(restarted.all()).containsExactly(FROZEN.with(SourceState.GRANTED));
    }

    /** It may come while the grant is recorded: a migration is given up by one. */
    @Test
    void anInterruptDoesNotEndWhatIsBeingRecorded() throws Exception {
        commit.begin(FROZEN);
        Thread.currentThread().interrupt();
        try {
            assertThat(commit.grant("c1", "r1")).isEqualTo(SourceDecision.Action.GRANT);
        } finally {
            assertThat(Thread.interrupted()).as("it is not lost either").isTrue();
        }
        assertThat(commit.record("c1")).contains(FROZEN.with(SourceState.GRANTED));
    }

    @Test
    void anotherRestoreGetsNoGrant() throws Exception {
        commit.begin(FROZEN);

        assertThat(commit.grant("c1", "someone-else")).isEqualTo(SourceDecision.Action.REFUSE);
        assertThat(commit.grant("unknown", "r1")).isEqualTo(SourceDecision.Action.REFUSE);
        assertThat(commit.record("c1")).contains(FROZEN);
    }

    @Test
    void whatWasDecidedIsNotBegunAnew() throws Exception {
        commit.begin(FROZEN);
        commit.grant("c1", "r1");

        assertThatThrownBy(() -> commit.begin(FROZEN)).hasMessageContaining("GRANTED already");

        assertThat(commit.record("c1")).contains(FROZEN.with(SourceState.GRANTED));
    }

    @Test
    void anUnfinishedSourceIsNotForgotten() throws Exception {
        commit.begin(FROZEN);

        assertThatThrownBy(() -> commit.forget("c1")).isInstanceOf(IllegalStateException.class);
        commit.decide("c1", SourceEvent.GIVE_UP);
        commit.forget("c1");

        assertThat(commit.all()).isEmpty();
    }

    @Test
    void whatAnotherVersionWroteIsRead() throws Exception {
        commit.begin(FROZEN);
        Path file = directory.resolve("c1.json");
        String text = Files.readString(file);
        assertThat(text).contains("\"hostInterfaceIndex\":7");

        Files.writeString(file, text.replace("\"hostInterfaceIndex\"", "\"fromTheFuture\""));

        assertThat(commit.record("c1").orElseThrow().hostInterfaceIndex()).isZero();
        assertThat(commit.record("c1").orElseThrow().hostInterface()).isEqualTo("veth0");
    }

    @Test
    void aNameCannotLeaveTheDirectory() throws Exception {
        RecordStore<SourceRecord> store = new RecordStore<>(directory, SourceRecord.class);

        assertThatThrownBy(() -> store.write("../outside", FROZEN))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** What stands still must be able to go on, or back, whatever the disk looks like. */
    @Test
    void aDecisionIsRecordedOnADiskThatIsFull() throws Exception {
        Assumptions.assumeTrue(
                Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
                "mounts need root");
        run("mount", "-t", "tmpfs", "-o", "size=64k", "full", directory.toString());
        try {
            commit =
                    new SourceCommit(
                            new RecordStore<>(directory, SourceRecord.class),
                            new RecordStore<>(groups, GroupRecord.class),
                            StartGuard.NONE);
            commit.begin(FROZEN);
            assertThatThrownBy(() -> Files.write(directory.resolve("filler"), new byte[1 << 20]))
                    .hasMessageContaining("No space left");

            assertThat(commit.grant("c1", "r1")).isEqualTo(SourceDecision.Action.GRANT);
            assertThat(commit.decide("c1", SourceEvent.TARGET_NEVER_RESUMED))
                    .isEqualTo(SourceDecision.Action.THAW);

            assertThat(commit.record("c1")).contains(FROZEN.with(SourceState.ROLLED_BACK));
        } finally {
            run("umount", directory.toString());
        }
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    @Test
    void nothingIsLeftOfARecordThatIsForgotten() throws Exception {
        commit.begin(FROZEN);
        commit.decide("c1", SourceEvent.GIVE_UP);
        commit.forget("c1");

        assertThat(directory).isEmptyDirectory();
    }
}
