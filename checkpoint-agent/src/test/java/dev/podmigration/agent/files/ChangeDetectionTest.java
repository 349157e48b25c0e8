package dev.podmigration.agent.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.agent.linux.FileMetadata;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Random;
import java.util.Set;

/** A later round sends what changed, all of it, and nothing else. */
class ChangeDetectionTest {
    private final Mounts mounts = new Mounts();

    ChangeDetectionTest() throws IOException {}

    @AfterEach
    void unmount() throws IOException {
        mounts.close();
    }

    @Test
    void unchanged_files_are_not_sent_again() throws Exception {
        Path source = mounts.directory("source");
        Files.createDirectory(source.resolve("d"));
        Files.createSymbolicLink(source.resolve("link"), Path.of("d"));
        for (int i = 0; i < 50; i++) {
            Files.writeString(source.resolve("d/" + i), "content");
        }
        Files.createLink(source.resolve("second-name"), source.resolve("d/1"));
        try (Copier copier = copier(source)) {
            settle();
            copier.round(Round.RUNNING);
            copier.round(Round.STOPPED);

            assertThat(copier.sent()).isEqualTo(new TreeTotals(0, 0));
        }
    }

    @Test
    void a_link_that_becomes_a_file_before_it_is_read_is_sent_in_the_next_round() throws Exception {
        Path source = mounts.directory("source");
        // Several frames, before what is in directories.
        byte[] content = new byte[8 << 20];
        new Random(1).nextBytes(content);
        Files.write(source.resolve("big"), content);
        Path link = Files.createDirectory(source.resolve("d")).resolve("link");
        Files.createSymbolicLink(link, Path.of("elsewhere"));
        try (Copier copier = copier(source)) {
            copier.round(
                    Round.RUNNING,
                    () -> {
                        Files.delete(link);
                        Files.writeString(link, "a file");
                    });
            assertThat(copier.sentEntries()).contains("big").doesNotContain("d/link");
            copier.round(Round.STOPPED);

            assertThat(copier.sentEntries()).contains("d/link");
        }
        TreeDescription.assertEqual("after both", source, mounts.directory("target"));
    }

    @Test
    void a_file_that_changed_just_before_the_round_is_sent_again() throws Exception {
        Path source = mounts.directory("source");
        Files.writeString(source.resolve("racy"), "1");
        try (Copier copier = copier(source)) {
            copier.round(Round.RUNNING);
            copier.round(Round.STOPPED);

            assertThat(copier.sentEntries()).contains("racy");
        }
    }

    @Test
    void only_the_changed_file_is_sent() throws Exception {
        Path source = mounts.directory("source");
        Files.writeString(source.resolve("changed"), "1");
        Files.writeString(source.resolve("same"), "1");
        try (Copier copier = copier(source)) {
            settle();
            copier.round(Round.RUNNING);
            Instant modified = Files.getLastModifiedTime(source.resolve("changed")).toInstant();
            Files.writeString(source.resolve("changed"), "2");
            FileMetadata.setTimes(
                    source.resolve("changed"), modified, modified); // a program that hides it
            copier.round(Round.STOPPED);

            assertThat(copier.sentEntries()).containsExactly("changed");
            TreeDescription.assertEqual("after", source, mounts.directory("target"));
        }
    }

    @Test
    void an_access_alone_carries_no_content() throws Exception {
        Path source = mounts.directory("source");
        Files.writeString(source.resolve("read"), "much content");
        try (Copier copier = copier(source)) {
            settle();
            copier.round(Round.RUNNING);
            mounts.touchAccessTimes();
            try (var in = Files.newInputStream(source.resolve("read"))) {
                assertThat(in.readAllBytes()).hasSize(12);
            }
            mounts.keepAccessTimes();
            copier.round(Round.STOPPED);

            assertThat(copier.sentEntries()).containsExactly("read");
            assertThat(copier.sent().dataBytes()).isZero();
            TreeDescription.assertEqual("after", source, mounts.directory("target"));
        }
    }

    @Test
    void stores_into_a_dirty_page_of_a_mapped_file_are_sent() throws Exception {
        Path image = mounts.directory("image");
        Mounts.Overlay source = mounts.overlay("source", image, "");
        Mounts.Overlay target = mounts.overlay("target", image, "");
        Path file = source.merged().resolve("mapped");
        Files.write(file, new byte[8192]);
        Tree tree = Tree.overlay("rootfs", source.upper(), source.merged(), Set.of());
        try (Copier copier = new Copier(tree, TargetTree.of(target.merged()));
                FileChannel channel =
                        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                Arena memory = Arena.ofConfined()) {
            MemorySegment mapping = channel.map(FileChannel.MapMode.READ_WRITE, 0, 8192, memory);
            mapping.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
            settle();
            Set<FileIdentity> mapped = SharedMappings.of(Path.of("/proc/self"));
            copier.round(Round.RUNNING);
            mapping.set(ValueLayout.JAVA_BYTE, 1, (byte) 2);
            copier.round(Round.STOPPED, mapped);

            assertThat(copier.sentEntries()).containsExactly("mapped");
            assertThat(target.merged().resolve("mapped")).hasSameBinaryContentAs(file);
        }
    }

    @Test
    void stores_into_files_in_memory_are_seen_without_any_time_stamp() throws Exception {
        Path source = mounts.tmpfs("source", "size=1m");
        Path target = mounts.tmpfs("target", "size=1m");
        Path file = source.resolve("shared");
        Files.write(file, new byte[8192]);
        Files.write(source.resolve("untouched"), new byte[8192]);
        try (Copier copier = new Copier(Tree.directory("shm", source), TargetTree.of(target));
                FileChannel channel =
                        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                Arena memory = Arena.ofConfined()) {
            MemorySegment mapping = channel.map(FileChannel.MapMode.READ_WRITE, 0, 8192, memory);
            mapping.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
            settle();
            copier.round(Round.RUNNING);
            Instant changed = changeTime(file);
            mapping.set(ValueLayout.JAVA_BYTE, 1, (byte) 2);
            assertThat(changeTime(file)).isEqualTo(changed);
            copier.round(Round.STOPPED);

            assertThat(copier.sentEntries()).containsExactly("shared");
            assertThat(target.resolve("shared")).hasSameBinaryContentAs(file);
        }
    }

    @Test
    void holes_stay_holes_however_large() throws Exception {
        Path source = mounts.directory("source");
        try (FileChannel channel =
                FileChannel.open(
                        source.resolve("sparse"),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1}), 1L << 40);
        }
        try (Copier copier = copier(source)) {
            copier.round(Round.STOPPED);

            assertThat(copier.sent().dataBytes()).isLessThan(10_000);
            assertThat(mounts.directory("target").resolve("sparse")).hasSize((1L << 40) + 1);
        }
    }

    private Copier copier(Path source) throws IOException {
        return new Copier(
                Tree.directory("volume", source), TargetTree.of(mounts.directory("target")));
    }

    private static Instant changeTime(Path file) throws IOException {
        return ((java.nio.file.attribute.FileTime) Files.getAttribute(file, "unix:ctime"))
                .toInstant();
    }

    /** Until the kernel's clock has ticked on, so that nothing counts as changed just now. */
    private static void settle() throws InterruptedException {
        Thread.sleep(60);
    }
}
