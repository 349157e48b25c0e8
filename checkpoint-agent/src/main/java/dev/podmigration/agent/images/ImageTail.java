package dev.podmigration.agent.images;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.linux.FileStatus;
import dev.podmigration.agent.linux.OpenDirectory;
import dev.podmigration.agent.wire.ImageFrame;
import dev.podmigration.agent.wire.ImageManifest;
import dev.podmigration.agent.wire.ImagePart;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sends a directory of images while CRIU writes it. Memory comes through pipes and is never stored
 * here. A file is sent as far as it has grown by full parts; what is smaller waits until CRIU has
 * said that all is written.
 *
 * <p>{@link #run} is called once, on a thread of its own; {@link #complete}, {@link #abort} and
 * {@link #close} from any other.
 */
public final class ImageTail implements AutoCloseable {
    /**
     * Measured over 1 GiB on tmpfs, reader and writer together: 0.80 s of processor time with 256
     * KiB, 1.03 s with 1 MiB (it no longer fits the cache between copying and checksum), 0.84 s
     * with 64 KiB. Mapping the file instead of reading it costs more (1.1 s against 0.95 s with the
     * frames serialised): each page is a fault.
     */
    static final int PART_BYTES = 1 << 18;

    /** Small files are gathered up to this size. */
    private static final int FRAME_BYTES = 1 << 20;

    /**
     * CRIU has been seen to write 1.2 GB a second, which is less than a pipe holds in this time.
     */
    private static final Duration PAUSE = Duration.ofNanos(500_000);

    /**
     * Between two looks at the directory, which cost some 50 microseconds: the files in it are
     * small, or grow by some hundred MB a second.
     */
    private static final Duration FILES_PAUSE = Duration.ofMillis(2);

    private final Path directory;
    private final ImageSink sink;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(PART_BYTES);

    /**
     * Of the part that is being sent: a new array for each costs 0.27 ms a MiB, copying into the
     * same one 0.03 (Java 25, EPYC).
     */
    private final byte[] content = new byte[PART_BYTES];

    private final Map<String, FollowedFile> followed = new TreeMap<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicBoolean aborted = new AtomicBoolean();
    private final PagePipes pipes;
    private ImageFrame.Builder small = ImageFrame.newBuilder();
    private int smallBytes;
    private long filesSeenNanos = System.nanoTime() - FILES_PAUSE.toNanos();

    /**
     * @param directory where CRIU will write; exists
     * @param pagePipes so many images of memory are pipes; CRIU makes files of the others. One that
     *     is not used is sent as an empty image, which CRIU does not mind.
     */
    public ImageTail(Path directory, int pagePipes, ImageSink sink) throws IOException {
        this.directory = directory;
        this.sink = sink;
        this.pipes = PagePipes.create(directory, pagePipes);
    }

    /** CRIU has written everything: its post-dump action runs. */
    public void complete() {
        end.countDown();
    }

    /**
     * The dump failed or is not wanted any more: {@link #run} ends with {@code Cancelled}, and a
     * CRIU that still writes memory with an error.
     */
    public void abort() {
        aborted.set(true);
        end.countDown();
        pipes.refuse();
    }

    /** Only when CRIU has ended, or has written everything. */
    @Override
    public void close() throws IOException {
        pipes.close();
    }

    /**
     * Follows the directory until {@link #complete}.
     *
     * @return what the target has to find
     * @throws AgentFailure ChecksumMismatch if a file was not only appended to, Cancelled after
     *     {@link #abort}
     */
    public ImageManifest run() throws IOException, AgentFailure, InterruptedException {
        try (OpenDirectory open = OpenDirectory.open(directory)) {
            boolean complete;
            do {
                // Asked before looking: what is written by then is seen by this look.
                complete = end.getCount() == 0;
                checkNotAborted();
                boolean found = sendPiped() || sendGrown(open);
                if (!found && !complete) {
                    complete = end.await(PAUSE.toNanos(), TimeUnit.NANOSECONDS);
                }
            } while (!complete);
            checkNotAborted();
            return sendRest(open);
        } finally {
            for (FollowedFile file : followed.values()) {
                file.close();
            }
        }
    }

    /**
     * @return whether more may be there at once: a reader that comes for every page would need
     *     longer than CRIU
     */
    private boolean sendPiped() throws IOException {
        boolean found = false;
        for (PagePipe pipe : pipes.all()) {
            found |= sendNext(pipe) == PART_BYTES;
        }
        return found;
    }

    /**
     * Sends what is in a pipe now, up to a part.
     *
     * @return the number of bytes
     */
    private int sendNext(PagePipe pipe) throws IOException {
        Optional<ImagePart> part = pipe.next(buffer, content);
        if (part.isEmpty()) {
            return 0;
        }
        sink.send(ImageFrame.newBuilder().addParts(part.get()).build());
        return part.get().getContent().size();
    }

    private boolean sendGrown(OpenDirectory open) throws IOException {
        long now = System.nanoTime();
        if (now - filesSeenNanos < FILES_PAUSE.toNanos()) {
            return false;
        }
        filesSeenNanos = now;
        boolean found = false;
        for (byte[] bytes : open.names()) {
            long size = imageSize(open, bytes);
            String name = name(bytes);
            FollowedFile file = followed.get(name);
            if (file == null && size >= PART_BYTES) {
                file = FollowedFile.open(open, name);
                followed.put(name, file);
            }
            while (file != null && size - file.sent() >= PART_BYTES) {
                sink.send(
                        ImageFrame.newBuilder()
                                .addParts(file.next(PART_BYTES, buffer, content))
                                .build());
                found = true;
            }
        }
        return found;
    }

    private ImageManifest sendRest(OpenDirectory open) throws IOException, AgentFailure {
        ImageManifest.Builder manifest = ImageManifest.newBuilder();
        for (PagePipe pipe : pipes.all()) {
            int sent;
            do {
                sent = sendNext(pipe);
            } while (sent > 0);
            if (pipe.isUnused()) {
                send(pipe.nothing());
            }
            manifest.addFiles(pipe.manifest());
        }
        for (byte[] bytes : open.names()) {
            long size = imageSize(open, bytes);
            if (size < 0) {
                continue;
            }
            String name = name(bytes);
            FollowedFile early = followed.remove(name);
            try (FollowedFile file = early == null ? FollowedFile.open(open, name) : early) {
                // Of an empty file nothing is sent, but that: the target would not make it
                // otherwise.
                boolean announced = early != null;
                while (!announced || file.sent() < size) {
                    int length = (int) Math.min(PART_BYTES, size - file.sent());
                    send(file.next(length, buffer, new byte[length]));
                    announced = true;
                }
                if (early != null && !isAppendOnly(name) && !file.isAsSent(buffer)) {
                    throw rewritten(name);
                }
                manifest.addFiles(file.manifest());
            }
        }
        if (!followed.isEmpty()) {
            throw rewritten(followed.keySet().toString());
        }
        flush();
        // A pipe that was closed in between looks like one that is empty.
        checkNotAborted();
        return manifest.build();
    }

    /**
     * Memory is only appended, and reading it twice would take long; other large images are rare
     * (deleted files, tmpfs).
     */
    private static boolean isAppendOnly(String name) {
        return name.startsWith("pages-");
    }

    private void send(ImagePart part) throws IOException {
        if (smallBytes + part.getContent().size() > FRAME_BYTES) {
            flush();
        }
        small.addParts(part);
        smallBytes += part.getContent().size();
    }

    private void flush() throws IOException {
        if (small.getPartsCount() > 0) {
            sink.send(small.build());
            small = ImageFrame.newBuilder();
            smallBytes = 0;
        }
    }

    /**
     * Negative for what is no image: a directory, a link, a temporary name, a file that is gone.
     */
    private static long imageSize(OpenDirectory open, byte[] name) throws IOException {
        if (name[0] == '.') {
            return -1;
        }
        Optional<FileStatus> status = open.status(name);
        return status.isPresent() && status.get().type() == FileStatus.Type.REGULAR
                ? status.get().size()
                : -1;
    }

    private static String name(byte[] name) {
        return new String(name, StandardCharsets.UTF_8);
    }

    private void checkNotAborted() throws AgentFailure {
        if (aborted.get()) {
            throw new AgentFailure(
                    FailureReason.Cancelled, "The dump was given up while its images were sent");
        }
    }

    private static AgentFailure rewritten(String name) {
        return new AgentFailure(
                FailureReason.ChecksumMismatch,
                "Image " + name + " was changed after a part of it had been sent");
    }
}
