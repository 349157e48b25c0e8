package dev.podmigration.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** Each test asks the running kernel. */
class LinuxFilesTest {
    @TempDir Path directory;

    @Test
    void an_error_carries_its_number_its_name_and_the_call() {
        Path missing = directory.resolve("missing");

        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> FileStatus.of(missing))
                .withMessageContaining(missing.toString())
                .satisfies(
                        e -> {
                            assertThat(e.call()).isEqualTo("statx");
                            assertThat(e.errno()).isEqualTo(2);
                            assertThat(e.errnoName()).isEqualTo("ENOENT");
                            assertThat(e.is("EPERM", "ENOENT")).isTrue();
                        });
    }

    @Test
    void the_error_table_has_its_sections_at_the_right_numbers() {
        assertThat(Errno.name(28)).isEqualTo("ENOSPC");
        assertThat(Errno.name(40)).isEqualTo("ELOOP");
        assertThat(Errno.name(61)).isEqualTo("ENODATA");
        assertThat(Errno.name(90)).isEqualTo("EMSGSIZE");
        assertThat(Errno.name(95)).isEqualTo("EOPNOTSUPP");
        assertThat(Errno.name(100)).isEqualTo("ENETDOWN");
        assertThat(Errno.name(117)).isEqualTo("EUCLEAN");
        assertThat(Errno.name(122)).isEqualTo("EDQUOT");
        assertThat(Errno.name(9999)).isEqualTo("E9999");
    }

    @Test
    void a_name_that_is_not_utf8_keeps_its_bytes_both_ways() throws IOException {
        byte[] name = {'n', (byte) 0xff, (byte) 0xfe, '%', ' ', 'x'};
        Path file = directory.resolve(FilePath.of(name));
        Files.writeString(file, "content");

        assertThat(FileStatus.of(file).size()).isEqualTo(7);
        try (var listing = Files.newDirectoryStream(directory)) {
            Path listed = listing.iterator().next();
            assertThat(FilePath.bytes(listed.getFileName())).isEqualTo(name);
            assertThat(FileStatus.of(listed).type()).isEqualTo(FileStatus.Type.REGULAR);
        }
    }

    @Test
    void a_link_with_a_foreign_name_to_a_directory_is_not_followed() throws IOException {
        Path link = directory.resolve(FilePath.of("lïnk".getBytes(StandardCharsets.UTF_8)));
        Files.createSymbolicLink(link, directory);

        assertThat(FileStatus.of(link).type()).isEqualTo(FileStatus.Type.SYMBOLIC_LINK);
    }

    @Test
    void status_tells_type_permissions_links_size_and_times() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "12345");
        Files.createLink(directory.resolve("second"), file);
        FileMetadata.setPermissions(file, 04750);
        Instant accessed = Instant.ofEpochSecond(1_000_000_000L, 123_456_789);
        Instant modified = Instant.ofEpochSecond(-5, 999_999_999);
        FileMetadata.setTimes(file, accessed, modified);

        FileStatus status = FileStatus.of(file);

        assertThat(status.type()).isEqualTo(FileStatus.Type.REGULAR);
        assertThat(status.permissions()).isEqualTo(04750);
        assertThat(status.links()).isEqualTo(2);
        assertThat(status.size()).isEqualTo(5);
        assertThat(status.accessed()).isEqualTo(accessed);
        assertThat(status.modified()).isEqualTo(modified);
        assertThat(status.inode()).isEqualTo(Files.getAttribute(file, "unix:ino"));
        assertThat(status.changed()).isAfter(Instant.now().minusSeconds(60));
        assertThat(status.mountId()).isNotEqualTo(FileStatus.of(Path.of("/proc")).mountId());
        assertThat(status.device()).isNotEqualTo(FileStatus.of(Path.of("/proc")).device());
    }

    @Test
    void times_of_a_symbolic_link_are_its_own() throws IOException {
        Path target = Files.writeString(directory.resolve("target"), "");
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("target"));
        Instant time = Instant.ofEpochSecond(77, 7);

        FileMetadata.setTimes(link, time, time);

        assertThat(FileStatus.of(link).modified()).isEqualTo(time);
        assertThat(FileStatus.of(target).modified()).isNotEqualTo(time);
    }

    @Test
    void permissions_of_what_a_link_points_at_are_not_changed_through_the_link()
            throws IOException {
        Path target = Files.writeString(directory.resolve("target"), "");
        FileMetadata.setPermissions(target, 0640);
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);

        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> FileMetadata.setPermissions(link, 0777))
                .satisfies(e -> assertThat(e.errnoName()).isEqualTo("EOPNOTSUPP"));
        assertThat(FileStatus.of(target).permissions()).isEqualTo(0640);
    }

    @Test
    void the_owner_of_a_link_is_its_own() throws IOException {
        assumeTrue(Root.here(), "needs root");
        Path target = Files.writeString(directory.resolve("target"), "");
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);

        FileMetadata.setOwner(link, 12_345, 54_321);

        assertThat(FileStatus.of(link).owner()).isEqualTo(12_345);
        assertThat(FileStatus.of(link).group()).isEqualTo(54_321);
        assertThat(FileStatus.of(target).owner()).isZero();
    }

    @Test
    void a_fifo_and_a_dead_socket_are_created_with_their_types() throws IOException {
        SpecialFiles.createFifo(directory.resolve("fifo"), 0600);
        SpecialFiles.createSocket(directory.resolve("socket"), 0600);

        assertThat(FileStatus.of(directory.resolve("fifo")).type()).isEqualTo(FileStatus.Type.FIFO);
        assertThat(FileStatus.of(directory.resolve("fifo")).permissions()).isEqualTo(0600);
        assertThat(FileStatus.of(directory.resolve("socket")).type())
                .isEqualTo(FileStatus.Type.SOCKET);
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> SpecialFiles.createFifo(directory.resolve("fifo"), 0600))
                .satisfies(e -> assertThat(e.errnoName()).isEqualTo("EEXIST"));
    }

    @Test
    void device_numbers_beyond_eight_bits_come_back_unchanged() throws IOException {
        assumeTrue(Root.here(), "needs root");
        // The kernel keeps 12 bits of the major and 20 of the minor number.
        FileStatus.Device device = new FileStatus.Device(0xabc, 0xabcde);

        SpecialFiles.createCharacterDevice(directory.resolve("character"), 0600, device);
        SpecialFiles.createBlockDevice(directory.resolve("block"), 0600, device);
        SpecialFiles.createCharacterDevice(
                directory.resolve("whiteout"), 0, new FileStatus.Device(0, 0));

        FileStatus character = FileStatus.of(directory.resolve("character"));
        assertThat(character.type()).isEqualTo(FileStatus.Type.CHARACTER_DEVICE);
        assertThat(character.special()).isEqualTo(device);
        FileStatus block = FileStatus.of(directory.resolve("block"));
        assertThat(block.type()).isEqualTo(FileStatus.Type.BLOCK_DEVICE);
        assertThat(block.special()).isEqualTo(device);
        assertThat(FileStatus.of(directory.resolve("whiteout")).special())
                .isEqualTo(new FileStatus.Device(0, 0));
    }

    @Test
    void data_ranges_leave_out_the_holes() throws IOException {
        Path file = directory.resolve("sparse");
        long far = 8L << 20;
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(new byte[] {1});
            out.seek(far);
            out.write(new byte[] {2});
            out.setLength(3 * far);
        }

        List<DataRange> ranges = DataRange.of(file);

        assertThat(ranges).hasSize(2);
        assertThat(ranges.get(0).offset()).isZero();
        assertThat(ranges.get(1).offset()).isEqualTo(far);
        assertThat(ranges).allSatisfy(r -> assertThat(r.length()).isBetween(1L, 1L << 20));
    }

    @Test
    void a_file_that_is_all_hole_or_empty_has_no_data() throws IOException {
        Path hole = directory.resolve("hole");
        try (RandomAccessFile out = new RandomAccessFile(hole.toFile(), "rw")) {
            out.setLength(1 << 20);
        }

        assertThat(DataRange.of(hole)).isEmpty();
        assertThat(DataRange.of(Files.createFile(directory.resolve("empty")))).isEmpty();
    }

    @Test
    void a_file_and_a_directory_can_be_synced_and_a_missing_one_cannot() throws IOException {
        Durability.sync(Files.writeString(directory.resolve("file"), "x"));
        Durability.sync(directory);

        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> Durability.sync(directory.resolve("missing")))
                .satisfies(e -> assertThat(e.errnoName()).isEqualTo("ENOENT"));
    }

    @Test
    void a_directory_opened_beneath_a_root_never_leads_out_of_it() throws IOException {
        Path root = Files.createDirectory(directory.resolve("root"));
        Files.createDirectories(root.resolve("a/b"));
        Files.writeString(root.resolve("a/b/file"), "inside");
        Files.createSymbolicLink(root.resolve("link"), Path.of(".."));

        try (BeneathDirectory opened = BeneathDirectory.open(root, Path.of("a/b"))) {
            Files.move(root.resolve("a"), root.resolve("moved"));
            assertThat(opened.path().resolve("file")).hasContent("inside");
        }
        try (BeneathDirectory top = BeneathDirectory.open(root, Path.of(""))) {
            assertThat(Files.exists(top.path().resolve("moved"), LinkOption.NOFOLLOW_LINKS))
                    .isTrue();
        }
        assertRefused(root, "link", "ELOOP");
        assertRefused(root, "moved/../..", "EXDEV");
    }

    private static void assertRefused(Path root, String relative, String errno) {
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> BeneathDirectory.open(root, Path.of(relative)).close())
                .satisfies(e -> assertThat(e.errnoName()).isEqualTo(errno));
    }
}
