package dev.podmigration.agent.target;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;

import dev.podmigration.agent.wire.LogTail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

final class CarriedLogTest {
    private final CarriedLog log = new CarriedLog();
    @TempDir private Path directory;

    @Test
    void what_came_before_the_file_was_known_stands_before_what_comes_after() throws IOException {
        log.add(tail(0, "one "));
        log.add(tail(4, "two "));
        log.open(file());
        log.add(tail(8, "three"));
        assertThat(file()).hasContent("one two three");
    }

    @Test
    void a_source_that_begins_anew_does_not_double_it() throws IOException {
        log.add(tail(0, "one "));
        log.add(tail(0, "one two "));
        log.open(file());
        log.add(tail(0, "one two "));
        log.add(tail(8, "three"));
        assertThat(file()).hasContent("one two three");
    }

    @Test
    void a_source_whose_log_was_rotated_meanwhile_leaves_nothing_of_the_longer_one()
            throws IOException {
        log.open(file());
        log.add(tail(0, "long ago, and more"));
        log.add(tail(0, "short"));
        assertThat(file()).hasContent("short");
    }

    private Path file() {
        return directory.resolve("0.log");
    }

    private static LogTail tail(long offset, String text) {
        return LogTail.newBuilder()
                .setContainer("main")
                .setOffset(offset)
                .setData(ByteString.copyFromUtf8(text))
                .build();
    }
}
