package dev.podmigration.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Open directories and the files in them. */
class OpenDirectoryTest {
    @TempDir private Path directory;

    @Test
    void names_can_be_read_more_than_once() throws Exception {
        try (OpenDirectory open = OpenDirectory.open(directory)) {
            assertThat(open.names()).isEmpty();
            Files.createFile(directory.resolve("a"));
            assertThat(open.names()).hasSize(1);
            assertThat(open.names()).containsExactly(bytes("a"));
        }
    }

    @Test
    void a_listing_larger_than_one_buffer_is_complete() throws Exception {
        for (int i = 0; i < 1000; i++) {
            Files.createFile(directory.resolve("x".repeat(200) + i));
        }
        try (OpenDirectory open = OpenDirectory.open(directory)) {
            assertThat(open.names()).hasSize(1000);
        }
    }

    @Test
    void links_and_the_way_up_are_not_followed() throws Exception {
        Files.createDirectories(directory.resolve("inside/real"));
        Files.createSymbolicLink(directory.resolve("inside/link"), Path.of("real"));
        try (OpenDirectory open = OpenDirectory.open(directory.resolve("inside"))) {
            open.directory(bytes("real")).close();
            assertFails("ELOOP", () -> open.directory(bytes("link")));
            assertFails("ELOOP", () -> open.read(bytes("link")));
            assertFails("EXDEV", () -> open.directory(bytes("..")));
            assertFails("EXDEV", () -> open.directory(bytes("real/../..")));
            assertFails("EXDEV", () -> open.directory(bytes("/")));
            assertThatThrownBy(() -> open.removeFile(bytes("../inside")))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> open.create(bytes("a\0b")))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void links_of_a_container_lead_where_they_lead_in_it() throws Exception {
        Path root = Files.createDirectories(directory.resolve("root"));
        Files.createDirectories(root.resolve("elsewhere"));
        Files.createFile(root.resolve("elsewhere/file"));
        Files.createSymbolicLink(root.resolve("absolute"), Path.of("/elsewhere"));
        Files.createSymbolicLink(root.resolve("up"), Path.of("../../../elsewhere"));
        Files.createSymbolicLink(root.resolve("out"), Path.of("/etc"));
        Files.createSymbolicLink(root.resolve("file"), Path.of("elsewhere/file"));
        try (OpenDirectory open = OpenDirectory.open(root)) {
            for (String link : new String[] {"absolute", "up", "elsewhere"}) {
                try (OpenDirectory found = open.directoryInRoot(bytes(link))) {
                    assertThat(found.names()).containsExactly(bytes("file"));
                }
            }
            assertFails("ENOENT", () -> open.directoryInRoot(bytes("out")));
            assertFails("ENOTDIR", () -> open.directoryInRoot(bytes("file")));
        }
    }

    @Test
    void a_reference_is_to_the_file_itself() throws Exception {
        Path fifo = directory.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
        Files.createSymbolicLink(directory.resolve("link"), fifo);
        try (OpenDirectory open = OpenDirectory.open(directory);
                OpenFile reference = open.refer(bytes("fifo"))) {
            assertThat(reference.status().type()).isEqualTo(FileStatus.Type.FIFO);
            try (OpenFile link = open.refer(bytes("link"))) {
                assertThat(link.status().type()).isEqualTo(FileStatus.Type.SYMBOLIC_LINK);
            }
        }
    }

    @Test
    void what_is_written_by_position_is_read_by_position() throws Exception {
        try (OpenDirectory open = OpenDirectory.open(directory);
                OpenFile file = open.create(bytes("f"))) {
            file.write(ByteBuffer.allocateDirect(3).put(bytes("abc")).flip(), 8192);
            file.truncate(20_000);
            assertFails("EEXIST", () -> open.create(bytes("f")));

            ByteBuffer buffer = ByteBuffer.allocateDirect(3);
            try (OpenFile again = open.read(bytes("f"))) {
                assertThat(again.read(buffer, 8192)).isEqualTo(3);
                assertThat(buffer.flip()).isEqualTo(ByteBuffer.wrap(bytes("abc")));
                assertThat(again.read(buffer.clear(), 20_000)).isZero();
                assertThat(again.dataFrom(0))
                        .hasValueSatisfying(range -> assertThat(range.offset()).isEqualTo(8192));
                assertThat(again.dataFrom(16_384)).isEmpty();
            }
        }
    }

    @Test
    void a_link_says_byte_for_byte_what_it_was_made_with() throws Exception {
        byte[] target = {'a', '/', '/', (byte) 0xff, '/', '.', '/'};
        try (OpenDirectory open = OpenDirectory.open(directory)) {
            open.makeSymbolicLink(bytes("l"), target);

            assertThat(open.readLink(bytes("l"))).get().isEqualTo(target);
        }
    }

    @Test
    void a_fifo_in_place_of_a_file_does_not_block() throws Exception {
        SpecialFiles.createFifo(directory.resolve("fifo"), 0600);
        try (OpenDirectory open = OpenDirectory.open(directory);
                OpenFile file = open.read(bytes("fifo"))) {
            assertThat(file.status().type()).isEqualTo(FileStatus.Type.FIFO);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void assertFails(String errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(type(ErrnoException.class))
                .extracting(ErrnoException::errnoName)
                .isEqualTo(errno);
    }
}
