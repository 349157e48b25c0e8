package dev.podmigration.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;

/** The verdict is worth something only if it can be a bad one. */
class FlinkVerdictTest {
    private FakeFlink flink;

    @BeforeEach
    void begin(@TempDir Path directory) throws Exception {
        flink = new FakeFlink(directory);
        FakeFlink.Result begun = flink.verdict("begin");
        assertThat(begun.code()).as(begun.output()).isZero();
    }

    @Test
    void aJobThatNoticedNothingIsAcquitted() throws Exception {
        flink.set("pods", "taskmanager-x node-b ");
        flink.set("gap", "840");
        FakeFlink.Result result = flink.verdict("end");
        assertThat(result.output())
                .endsWith("\n0 restarts, 0 failed checkpoints, 0 wrong counts\n")
                .contains("taskmanager on node-a -> taskmanager-x on node-b")
                .contains("the same one as before, local port 55742")
                .contains("840 ms without a record");
        assertThat(result.code()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "restarts, 1, '1 restarts, 0 failed checkpoints, 0 wrong counts'",
        "failed, 5, '0 restarts, 3 failed checkpoints, 0 wrong counts'",
        "wrong, 7, '0 restarts, 0 failed checkpoints, 7 wrong counts'",
    })
    void whatTheJobNoticedIsCountedAndFails(String what, String value, String verdict)
            throws Exception {
        flink.set(what, value);
        FakeFlink.Result result = flink.verdict("end");
        assertThat(result.output()).endsWith(verdict + "\n");
        assertThat(result.code()).isEqualTo(1);
    }

    @Test
    void anotherConnectionIsToldFromTheSameOne() throws Exception {
        flink.set("port", "D9BF");
        assertThat(flink.verdict("end").output()).contains("another one than before");
    }

    @Test
    void aPodThatIsBeingDeletedIsNotTheTaskManager() throws Exception {
        flink.set("pods", "taskmanager node-a 2026-11-23T07:00:00Z\ntaskmanager-x node-b ");
        assertThat(flink.verdict("end").output()).contains("-> taskmanager-x on node-b");
    }

    @Test
    void aJobThatStandsStillIsNotAcquitted() throws Exception {
        flink.set("moving", "0");
        FakeFlink.Result result = flink.verdict("end");
        assertThat(result.output()).contains("the job stands still").doesNotContain("0 restarts");
        assertThat(result.code()).isNotZero();
    }

    @Test
    void anotherJobIsNotAcquittedForTheFirst() throws Exception {
        flink.set("job", "fedcba9876543210fedcba9876543210");
        FakeFlink.Result result = flink.verdict("end");
        assertThat(result.output()).contains("another one runs").doesNotContain("0 restarts");
        assertThat(result.code()).isNotZero();
    }
}
