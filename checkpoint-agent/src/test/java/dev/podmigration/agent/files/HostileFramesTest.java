package dev.podmigration.agent.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.google.protobuf.ByteString;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.wire.FileAttribute;
import dev.podmigration.agent.wire.FileData;
import dev.podmigration.agent.wire.FileEnd;
import dev.podmigration.agent.wire.FileEntry;
import dev.podmigration.agent.wire.FileFrame;
import dev.podmigration.agent.wire.FileRecord;
import dev.podmigration.agent.wire.FileTime;
import dev.podmigration.agent.wire.HardLink;
import dev.podmigration.agent.wire.TreeEnd;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * Frames are made of what a container chose, or a taken-over agent: they change nothing outside of
 * their tree.
 */
class HostileFramesTest {
    private static final int REGULAR = 0100644;
    private static final int DIRECTORY = 040755;
    private static final int LINK = 0120777;

    private final Mounts mounts = new Mounts();
    private Path outside;
    private Path root;
    private TreeWriter writer;

    HostileFramesTest() throws IOException {}

    @BeforeEach
    void open() throws IOException {
        outside = mounts.directory("outside");
        Files.writeString(outside.resolve("secret"), "untouched");
        root = mounts.directory("root");
        Files.createDirectories(root.resolve("etc/mounted/below"));
        writer =
                new TreeWriter(
                        Map.of(
                                "tree",
                                new TargetTree(root, Set.of(TreePath.of("/etc/mounted")), false)));
    }

    @AfterEach
    void nothing_outside_has_changed() throws IOException {
        writer.close();
        assertThat(outside.resolve("secret")).hasContent("untouched");
        assertThat(outside).isDirectoryNotContaining("glob:**/planted");
        assertThat(root.resolve("etc/mounted/below")).isDirectory();
        mounts.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                "../outside/planted",
                "a/../../outside/planted",
                "/etc/passwd",
                "a//b",
                "a/",
                "./a",
                ".",
                "a/.",
                "a\0b"
            })
    void paths_that_are_not_plain_are_refused(String path) {
        assertRefused(FailureReason.InternalError, () -> apply(entry(path, REGULAR)));
        assertRefused(FailureReason.InternalError, () -> apply(entry(path, DIRECTORY)));
        assertRefused(FailureReason.InternalError, () -> apply(removed(path)));
        assertRefused(FailureReason.InternalError, () -> apply(hardLink("name", path)));
        assertRefused(FailureReason.InternalError, () -> apply(hardLink(path, "name")));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_link_planted_before_is_not_followed(boolean absolute) throws Exception {
        String target = absolute ? outside.toString() : "../outside";
        apply(link("way-out", target));

        assertRefused(FailureReason.InternalError, () -> apply(entry("way-out/planted", REGULAR)));
        assertRefused(
                FailureReason.InternalError, () -> apply(entry("way-out/planted", DIRECTORY)));
        assertRefused(FailureReason.InternalError, () -> apply(link("way-out/planted", "x")));
        assertRefused(FailureReason.InternalError, () -> apply(hardLink("mine", "way-out/secret")));
        assertRefused(
                FailureReason.InternalError, () -> apply(hardLink("way-out/planted", "way-out")));
        apply(removed("way-out/secret"));
    }

    @Test
    void a_link_in_place_of_a_file_is_replaced_and_not_written_through() throws Exception {
        apply(link("file", outside.resolve("secret").toString()));
        apply(entry("file", REGULAR), data(0, "new"), end(3, "new"));

        assertThat(root.resolve("file"))
                .isRegularFile()
                .hasBinaryContent("new\0\0\0\0\0\0\0".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void a_link_in_place_of_a_directory_is_replaced_and_not_emptied() throws Exception {
        apply(link("directory", outside.toString()));
        apply(
                FileRecord.newBuilder()
                        .setEntry(
                                entry("directory", DIRECTORY).getEntry().toBuilder()
                                        .setEmptied(true))
                        .build());

        assertThat(Files.isSymbolicLink(root.resolve("directory"))).isFalse();
    }

    @Test
    void metadata_of_a_link_is_not_given_to_what_it_points_at() throws Exception {
        apply(link("link", outside.resolve("secret").toString()));

        assertThat(Files.getAttribute(outside.resolve("secret"), "unix:uid")).isEqualTo(0);
        assertRefused(
                FailureReason.InternalError,
                () ->
                        apply(
                                FileRecord.newBuilder()
                                        .setEntry(
                                                entry("link", REGULAR).getEntry().toBuilder()
                                                        .setContentKept(true))
                                        .build()));
    }

    @Test
    void an_open_mount_is_not_entered() throws Exception {
        Files.createDirectory(root.resolve("bind"));
        mounts.bind(outside, root.resolve("bind"));

        assertRefused(FailureReason.InternalError, () -> apply(entry("bind/planted", REGULAR)));
        assertThatThrownBy(() -> apply(removed("bind")))
                .isInstanceOfAny(AgentFailure.class, IOException.class);
        assertRefused(FailureReason.InternalError, () -> apply(hardLink("mine", "bind/secret")));
    }

    @Test
    void mount_destinations_are_not_touched() throws Exception {
        assertRefused(FailureReason.InternalError, () -> apply(removed("etc/mounted")));
        assertRefused(FailureReason.InternalError, () -> apply(entry("etc/mounted", DIRECTORY)));
        assertRefused(
                FailureReason.InternalError, () -> apply(entry("etc/mounted/below/x", REGULAR)));
        assertRefused(FailureReason.InternalError, () -> apply(hardLink("x", "etc/mounted/below")));
        apply(removed("etc"));

        assertThat(root.resolve("etc/mounted/below")).isDirectory();
    }

    @Test
    void devices_are_refused_unless_they_are_allowed() throws Exception {
        FileRecord disk =
                FileRecord.newBuilder()
                        .setEntry(entry("disk", 060660).getEntry().toBuilder().setDeviceMajor(8))
                        .build();
        assertRefused(FailureReason.DeviceInUse, () -> apply(disk));
        FileRecord memory =
                FileRecord.newBuilder()
                        .setEntry(
                                entry("mem", 020660).getEntry().toBuilder()
                                        .setDeviceMajor(1)
                                        .setDeviceMinor(1))
                        .build();
        assertRefused(FailureReason.DeviceInUse, () -> apply(memory));

        apply(entry("whiteout", 020000));
        assertThat(Files.getAttribute(root.resolve("whiteout"), "unix:rdev")).isEqualTo(0L);
        try (TreeWriter permitted =
                new TreeWriter(Map.of("tree", new TargetTree(root, Set.of(), true)))) {
            permitted.apply(frame(memory));
        }
        assertThat(Files.getAttribute(root.resolve("mem"), "unix:rdev")).isEqualTo(0x101L);
    }

    @Test
    void damaged_content_is_refused() throws Exception {
        apply(entry("file", REGULAR), data(0, "abc"));

        assertRefused(FailureReason.ChecksumMismatch, () -> apply(end(3, "abd")));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 8, 10, Long.MAX_VALUE})
    void data_outside_of_its_file_is_refused(long offset) throws Exception {
        apply(entry("file", REGULAR));

        assertRefused(FailureReason.InternalError, () -> apply(data(offset, "abc")));
    }

    @Test
    void records_out_of_order_are_refused() throws Exception {
        assertRefused(FailureReason.InternalError, () -> apply(data(0, "abc")));
        assertRefused(FailureReason.InternalError, () -> apply(end(0, "")));
        assertRefused(FailureReason.InternalError, () -> apply(FileRecord.getDefaultInstance()));
        apply(entry("file", REGULAR));
        assertRefused(FailureReason.InternalError, () -> apply(entry("other", REGULAR)));
    }

    @Test
    void a_tree_that_nobody_announced_is_refused() {
        assertRefused(
                FailureReason.InternalError,
                () -> writer.apply(FileFrame.newBuilder().setTree("other").build()));
    }

    /** Found by {@link FuzzedFramesTest}. */
    @Test
    void what_no_file_can_have_is_refused() {
        FileEntry file = entry("file", REGULAR).getEntry();
        assertRefused(
                FailureReason.InternalError,
                () ->
                        apply(
                                record(
                                        file.toBuilder()
                                                .setModified(
                                                        FileTime.newBuilder()
                                                                .setNanos(1_000_000_000)))));
        assertRefused(
                FailureReason.InternalError,
                () ->
                        apply(
                                record(
                                        file.toBuilder()
                                                .addAttributes(
                                                        FileAttribute.newBuilder()
                                                                .setName(
                                                                        ByteString.copyFromUtf8(
                                                                                "user.a\0b"))))));
        assertRefused(FailureReason.InternalError, () -> apply(link("name", "a\0b")));
        assertRefused(FailureReason.InternalError, () -> apply(link("name", "")));
    }

    private static FileRecord record(FileEntry.Builder entry) {
        return FileRecord.newBuilder().setEntry(entry).build();
    }

    @Test
    void a_lost_record_or_a_missing_end_is_found() throws Exception {
        assertRefused(FailureReason.ChecksumMismatch, () -> writer.endRound());
        apply(entry("directory", DIRECTORY));

        assertRefused(
                FailureReason.ChecksumMismatch,
                () ->
                        apply(
                                FileRecord.newBuilder()
                                        .setTreeEnd(TreeEnd.newBuilder().setRecords(2))
                                        .build()));
    }

    @Test
    void a_full_target_is_a_failure_with_that_reason() throws Exception {
        Path small = mounts.tmpfs("small", "size=16k");
        try (TreeWriter full = new TreeWriter(Map.of("tree", TargetTree.of(small)))) {
            FileRecord large =
                    FileRecord.newBuilder()
                            .setEntry(
                                    entry("file", REGULAR).getEntry().toBuilder().setSize(100_000))
                            .build();

            assertRefused(
                    FailureReason.TargetFull,
                    () -> full.apply(frame(large, data(0, "x".repeat(100_000)))));
        }
    }

    private void apply(FileRecord... records) throws IOException, AgentFailure {
        writer.apply(frame(records));
    }

    private static FileFrame frame(FileRecord... records) {
        return FileFrame.newBuilder()
                .setTree("tree")
                .addAllRecords(java.util.List.of(records))
                .build();
    }

    private static FileRecord entry(String path, int mode) {
        return FileRecord.newBuilder()
                .setEntry(
                        FileEntry.newBuilder()
                                .setPath(ByteString.copyFromUtf8(path))
                                .setMode(mode)
                                .setOwner(1234)
                                .setSize(10))
                .build();
    }

    private static FileRecord link(String path, String target) {
        return FileRecord.newBuilder()
                .setEntry(
                        entry(path, LINK).getEntry().toBuilder()
                                .setLinkTarget(ByteString.copyFromUtf8(target)))
                .build();
    }

    private static FileRecord removed(String path) {
        return FileRecord.newBuilder().setRemoved(ByteString.copyFromUtf8(path)).build();
    }

    private static FileRecord hardLink(String path, String existing) {
        return FileRecord.newBuilder()
                .setHardLink(
                        HardLink.newBuilder()
                                .setPath(ByteString.copyFromUtf8(path))
                                .setExisting(ByteString.copyFromUtf8(existing)))
                .build();
    }

    private static FileRecord data(long offset, String content) {
        return FileRecord.newBuilder()
                .setData(
                        FileData.newBuilder()
                                .setOffset(offset)
                                .setContent(ByteString.copyFromUtf8(content)))
                .build();
    }

    private static FileRecord end(long bytes, String content) {
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(content.getBytes(StandardCharsets.UTF_8));
        return FileRecord.newBuilder()
                .setEnd(FileEnd.newBuilder().setDataBytes(bytes).setCrc32C((int) crc.getValue()))
                .build();
    }

    private static void assertRefused(FailureReason reason, ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(type(AgentFailure.class))
                .extracting(AgentFailure::reason)
                .isEqualTo(reason);
    }
}
