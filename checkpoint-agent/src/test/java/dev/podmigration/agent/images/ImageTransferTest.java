package dev.podmigration.agent.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.wire.ImageFrame;
import dev.podmigration.agent.wire.ImageManifest;
import dev.podmigration.agent.wire.ImagePart;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Images arrive as CRIU wrote them, the large ones while it writes. */
@Timeout(60)
class ImageTransferTest {
    private static final int PART = ImageTail.PART_BYTES;

    @TempDir private Path directory;

    private final BlockingQueue<ImageFrame> frames = new LinkedBlockingQueue<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Random random = new Random(7);
    private Path dump;
    private ImageTail tail;
    private ImageRoom room;

    @BeforeEach
    void start() throws Exception {
        dump = Files.createDirectory(directory.resolve("dump"));
        tail = new ImageTail(dump, 0, this::keep);
        room = ImageRoom.take(directory, 3L * PART);
    }

    @AfterEach
    void stop() throws Exception {
        room.close();
        tail.abort();
        tail.close();
        thread.shutdown();
    }

    @Test
    void all_files_arrive_with_content_and_permissions() throws Exception {
        for (int size : new int[] {0, 1, PART - 1, PART, PART + 1, 2 * PART, 5 * PART + 17}) {
            Files.write(dump.resolve("pages-" + size + ".img"), bytes(size));
            Files.write(dump.resolve("ghost-" + size + ".img"), bytes(size));
        }
        Files.setAttribute(dump.resolve("pages-0.img"), "unix:mode", 0600);
        Files.createDirectory(dump.resolve("directory-is-no-image"));
        Files.createSymbolicLink(dump.resolve("parent"), Path.of("/etc"));

        VerifiedImages images = transferred();

        assertThat(images.files()).isEqualTo(14);
        assertSame(images.directory());
    }

    @Test
    void a_growing_file_is_sent_before_it_is_complete() throws Exception {
        Future<ImageManifest> manifest = thread.submit(tail::run);
        try (OutputStream pages = Files.newOutputStream(dump.resolve("pages-1.img"))) {
            pages.write(bytes(PART + 5));
            ImageFrame first = frames.poll(30, TimeUnit.SECONDS);
            assertThat(first).isNotNull();
            assertThat(first.getParts(0).getContent().size()).isEqualTo(PART);

            pages.write(bytes(3 * PART));
            assertThat(frames.poll(30, TimeUnit.SECONDS).getParts(0).getOffset()).isEqualTo(PART);
            Files.write(dump.resolve("inventory.img"), bytes(40));
            assertThat(manifest.isDone()).isFalse();
        }
        tail.complete();

        assertThat(manifest.get().getFilesList())
                .extracting("name")
                .containsExactlyInAnyOrder("pages-1.img", "inventory.img");
    }

    @Test
    void small_files_share_a_frame() throws Exception {
        for (int i = 0; i < 500; i++) {
            Files.write(dump.resolve("core-" + i + ".img"), bytes(900));
        }

        transferred();

        assertThat(directory.resolve("images")).isDirectory();
        assertThat(sent).isEqualTo(1);
    }

    @Test
    void a_large_image_that_is_rewritten_after_it_was_sent_is_an_error() throws Exception {
        Files.write(dump.resolve("ghost-file-1.img"), bytes(2 * PART));
        Future<ImageManifest> manifest = thread.submit(tail::run);
        assertThat(frames.poll(30, TimeUnit.SECONDS)).isNotNull();
        assertThat(frames.poll(30, TimeUnit.SECONDS)).isNotNull();
        try (FileChannel channel =
                FileChannel.open(dump.resolve("ghost-file-1.img"), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes(8)), 100);
        }
        tail.complete();

        assertThatThrownBy(manifest::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .asInstanceOf(type(AgentFailure.class))
                .extracting(AgentFailure::reason)
                .isEqualTo(FailureReason.ChecksumMismatch);
    }

    @Test
    void an_aborted_dump_gives_no_manifest() throws Exception {
        Future<ImageManifest> manifest = thread.submit(tail::run);
        tail.abort();

        assertThatThrownBy(manifest::get)
                .cause()
                .asInstanceOf(type(AgentFailure.class))
                .extracting(AgentFailure::reason)
                .isEqualTo(FailureReason.Cancelled);
    }

    @Test
    void memory_comes_through_pipes_and_a_pipe_that_is_not_used_becomes_an_empty_image()
            throws Exception {
        tail = new ImageTail(dump, 3, this::keep);
        byte[] first = bytes(5 * PART + 17);
        byte[] second = bytes(9);
        Future<ImageManifest> manifest = thread.submit(tail::run);
        write("pages-1.img", first);
        write("pages-2.img", second);
        Files.write(dump.resolve("pages-4.img"), bytes(PART + 1));
        Files.write(dump.resolve("inventory.img"), bytes(40));
        tail.complete();

        VerifiedImages images = received(manifest.get());

        assertThat(images.files()).isEqualTo(5);
        assertThat(images.directory().resolve("pages-1.img")).hasBinaryContent(first);
        assertThat(images.directory().resolve("pages-2.img")).hasBinaryContent(second);
        assertThat(images.directory().resolve("pages-3.img")).isEmptyFile();
        assertThat(images.directory().resolve("pages-4.img"))
                .hasSameBinaryContentAs(dump.resolve("pages-4.img"));
    }

    @Test
    void whoever_writes_memory_that_nobody_wants_any_more_is_told_at_once() throws Exception {
        tail = new ImageTail(dump, 1, this::keep);
        try (OutputStream pages = open("pages-1.img")) {
            pages.write(bytes(10));
            tail.abort();

            assertThatThrownBy(() -> pages.write(bytes(10)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("Broken pipe");
        }
    }

    @Test
    void whoever_has_just_opened_a_pipe_that_is_refused_is_told_when_he_writes() throws Exception {
        tail = new ImageTail(dump, 2, this::keep);
        try (OutputStream pages = open("pages-1.img")) {
            tail.abort();

            assertThatThrownBy(
                            () -> {
                                while (true) {
                                    pages.write(bytes(4096));
                                }
                            })
                    .isInstanceOf(IOException.class)
                    .hasMessage("Broken pipe");
        }
        write("pages-2.img", bytes(5));
        assertThat(dump.resolve("pages-2.img")).hasSize(5);
    }

    @Test
    void a_writer_that_waits_for_a_dead_agents_pipe_is_let_go_and_a_later_one_makes_a_file()
            throws Exception {
        tail = new ImageTail(dump, 2, this::keep);
        tail.close();
        Files.write(dump.resolve("inventory.img"), bytes(40));
        Future<OutputStream> waits = thread.submit(() -> open("pages-1.img"));
        assertThatThrownBy(() -> waits.get(200, TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class);

        try (PagePipes left = PagePipes.left(dump)) {
            left.refuse();

            waits.get(30, TimeUnit.SECONDS).close();
            write("pages-2.img", bytes(5));
        }
        assertThat(dump.resolve("pages-1.img")).doesNotExist();
        assertThat(dump.resolve("pages-2.img")).hasSize(5);
        assertThat(dump.resolve("inventory.img")).exists();
    }

    @Test
    void an_image_that_became_the_room_is_as_long_as_what_was_sent() throws Exception {
        room.await();
        Files.write(dump.resolve("pages-1.img"), bytes(PART));
        Files.write(dump.resolve("pages-2.img"), bytes(PART));

        assertSame(transferred().directory());
        assertThat(directory.resolve(".room")).doesNotExist();
    }

    private void keep(ImageFrame frame) throws IOException {
        frames.add(ImageFrame.parseFrom(frame.toByteString()));
    }

    private void write(String name, byte[] bytes) throws Exception {
        try (OutputStream pages = open(name)) {
            pages.write(bytes);
        }
    }

    /** As CRIU opens its images. */
    private OutputStream open(String name) throws IOException {
        return Files.newOutputStream(
                dump.resolve(name),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
    }

    private int sent;

    private VerifiedImages transferred() throws Exception {
        Future<ImageManifest> manifest = thread.submit(tail::run);
        tail.complete();
        ImageManifest complete = manifest.get();
        sent = frames.size();
        return received(complete);
    }

    private VerifiedImages received(ImageManifest complete) throws Exception {
        try (ImageWriter writer = new ImageWriter(directory.resolve("images"), 100L * PART, room)) {
            for (ImageFrame frame : frames) {
                for (ImagePart part : frame.getPartsList()) {
                    assertThat(part.getContent().size()).isLessThanOrEqualTo(PART);
                }
                writer.write(frame);
                assertThat(directory.resolve("images")).doesNotExist();
            }
            return writer.verified(complete);
        }
    }

    private void assertSame(Path images) throws Exception {
        try (var files = Files.newDirectoryStream(images)) {
            for (Path file : files) {
                Path original = dump.resolve(file.getFileName().toString());
                assertThat(file).hasSameBinaryContentAs(original);
                assertThat(Files.getAttribute(file, "unix:mode"))
                        .isEqualTo(Files.getAttribute(original, "unix:mode"));
            }
        }
    }

    private byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }
}
