package dev.podmigration.agent.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.google.protobuf.ByteString;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.wire.ImageFile;
import dev.podmigration.agent.wire.ImageFrame;
import dev.podmigration.agent.wire.ImageManifest;
import dev.podmigration.agent.wire.ImagePart;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Images that are damaged, incomplete or not what was announced are never offered for a restore.
 */
class HalfImagesTest {
    private static final String CONTENT = "memory";

    @TempDir private Path directory;

    private Path images;
    private ImageRoom room;
    private ImageWriter writer;

    @BeforeEach
    void open() throws IOException {
        images = directory.resolve("images");
        room = ImageRoom.take(directory, 5 << 20);
        writer = new ImageWriter(images, 1000, room);
    }

    @AfterEach
    void nothing_is_left_behind() throws IOException {
        writer.close();
        room.close();
        try (var left = Files.list(directory)) {
            assertThat(left.filter(path -> !path.equals(images))).isEmpty();
        }
    }

    @Test
    void images_as_the_manifest_says_are_offered() throws Exception {
        writer.write(part("pages-1.img", 0, CONTENT));

        VerifiedImages verified = writer.verified(manifest(file("pages-1.img", CONTENT)));

        assertThat(verified.directory()).isEqualTo(images);
        assertThat(images.resolve("pages-1.img")).hasContent(CONTENT);
    }

    @Test
    void a_damaged_byte_is_found() throws Exception {
        writer.write(part("pages-1.img", 0, "memorY"));

        assertRefused(
                FailureReason.ChecksumMismatch,
                () -> writer.verified(manifest(file("pages-1.img", CONTENT))));
    }

    @Test
    void a_missing_end_is_found() throws Exception {
        writer.write(part("pages-1.img", 0, "memo"));

        assertRefused(
                FailureReason.ChecksumMismatch,
                () -> writer.verified(manifest(file("pages-1.img", CONTENT))));
    }

    @Test
    void a_missing_file_is_found() throws Exception {
        writer.write(part("pages-1.img", 0, CONTENT));

        assertRefused(
                FailureReason.ChecksumMismatch,
                () ->
                        writer.verified(
                                manifest(file("pages-1.img", CONTENT), file("core-1.img", ""))));
    }

    @Test
    void a_file_that_is_not_in_the_manifest_is_refused() throws Exception {
        writer.write(part("pages-1.img", 0, CONTENT));
        writer.write(part("core-1.img", 0, CONTENT));

        assertRefused(
                FailureReason.ChecksumMismatch,
                () -> writer.verified(manifest(file("pages-1.img", CONTENT))));
    }

    @Test
    void a_manifest_that_names_a_file_twice_is_refused() throws Exception {
        writer.write(part("a", 0, CONTENT));

        assertRefused(
                FailureReason.ChecksumMismatch,
                () -> writer.verified(manifest(file("a", CONTENT), file("a", CONTENT))));
    }

    @Test
    void nothing_at_all_is_refused() {
        assertRefused(FailureReason.ChecksumMismatch, () -> writer.verified(manifest()));
    }

    @Test
    void a_gap_is_refused() throws Exception {
        writer.write(part("pages-1.img", 0, "mem"));

        assertRefused(
                FailureReason.ChecksumMismatch, () -> writer.write(part("pages-1.img", 4, "ry")));
    }

    @Test
    void a_part_that_arrives_twice_is_refused() throws Exception {
        writer.write(part("pages-1.img", 0, CONTENT));

        assertRefused(
                FailureReason.ChecksumMismatch,
                () -> writer.write(part("pages-1.img", 0, CONTENT)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "../x",
                "/etc/x",
                "a/b",
                ".hidden",
                "new\nline",
                "nul\0",
                "umläut"
            })
    void names_that_criu_does_not_use_are_refused(String name) {
        assertRefused(FailureReason.InternalError, () -> writer.write(part(name, 0, CONTENT)));
    }

    @Test
    void more_than_the_limit_is_refused_before_it_is_written() throws Exception {
        writer.write(part("a", 0, "x".repeat(999)));

        assertRefused(FailureReason.TargetFull, () -> writer.write(part("b", 0, "xx")));
    }

    @Test
    void what_a_dead_agent_left_is_replaced() throws Exception {
        writer.write(part("a", 0, "old"));

        try (ImageWriter second = new ImageWriter(images, 1000, room)) {
            second.write(part("b", 0, CONTENT));
            second.verified(manifest(file("b", CONTENT)));
        }

        assertThat(images.resolve("a")).doesNotExist();
    }

    @Test
    void a_full_tmpfs_is_a_failure_with_that_reason() throws Exception {
        Assumptions.assumeTrue(
                Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")),
                "mounts need root");
        Path small = Files.createDirectory(directory.resolve("small"));
        run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small.toString());
        try (ImageRoom none = ImageRoom.take(small, 4 << 20);
                ImageWriter full = new ImageWriter(small.resolve("images"), 1 << 20, none)) {
            assertRefused(FailureReason.TargetFull, none::await);
            // Given back: others write there, too.
            assertThat(small.resolve(".room")).isEmptyFile();
            assertRefused(
                    FailureReason.TargetFull, () -> full.write(part("a", 0, "x".repeat(100_000))));
        } finally {
            run("umount", small.toString());
            Files.delete(small);
        }
    }

    private void assertRefused(FailureReason reason, ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(type(AgentFailure.class))
                .extracting(AgentFailure::reason)
                .isEqualTo(reason);
        assertThat(images).doesNotExist();
    }

    private static ImageFrame part(String name, long offset, String content) {
        return ImageFrame.newBuilder()
                .addParts(
                        ImagePart.newBuilder()
                                .setName(name)
                                .setOffset(offset)
                                .setContent(ByteString.copyFromUtf8(content)))
                .build();
    }

    private static ImageFile file(String name, String content) {
        CRC32C crc = new CRC32C();
        crc.update(content.getBytes(StandardCharsets.UTF_8));
        return ImageFile.newBuilder()
                .setName(name)
                .setSize(content.length())
                .setCrc32C((int) crc.getValue())
                .setMode(0600)
                .build();
    }

    private static ImageManifest manifest(ImageFile... files) {
        return ImageManifest.newBuilder().addAllFiles(java.util.List.of(files)).build();
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
