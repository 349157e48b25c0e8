package dev.podmigration.agent.images;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.Uninterrupted;
import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.OpenDirectory;
import dev.podmigration.agent.linux.OpenFile;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Memory for images, taken while the pod still runs: getting a page from the kernel takes longer
 * than filling it, and the pod would stand still meanwhile. Measured on tmpfs, per MiB written in
 * parts of 256 KiB: 0.18 ms into pages that are there, 0.3 ms into new ones, and 0.7 to 2 ms where
 * a virtual machine's host has to find them first (two cores of an EPYC, Linux 6.18).
 *
 * <p>It is a file of zeros beside the images, and the first image of memory that arrives becomes
 * it. Thread-safe.
 */
public final class ImageRoom implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ImageRoom.class);

    /**
     * CRIU reads so much before it frees the first page of images (AUTO_DEDUP_OVERHEAD_BYTES in
     * criu/pie/restorer.c, CRIU 4.2). What is left of the room when all images are there is freed
     * and lands in what CRIU restores.
     */
    private static final long READ_AHEAD_BYTES = 128L << 20;

    private static final int STEP_BYTES = 1 << 20;
    private static final String NAME = ".room";

    private final Path path;
    private final OpenFile file;
    private final Thread filler;
    private volatile boolean enough;
    private volatile @Nullable AgentFailure failure;
    private boolean used;

    private ImageRoom(Path path, OpenFile file, long bytes) {
        this.path = path;
        this.file = file;
        this.filler =
                Thread.ofPlatform()
                        .daemon()
                        .name("image-room-" + path.getParent().getFileName())
                        .start(() -> fill(bytes));
    }

    /**
     * Begins to take memory.
     *
     * @param directory on a tmpfs, the one of the images
     * @param bytes from {@link #bytesFor}
     */
    public static ImageRoom take(Path directory, long bytes) throws IOException {
        Path path = directory.resolve(NAME);
        Files.deleteIfExists(path); // of an agent that died
        try (OpenDirectory open = OpenDirectory.open(directory)) {
            return new ImageRoom(
                    path, open.create(NAME.getBytes(StandardCharsets.US_ASCII)), bytes);
        }
    }

    /**
     * How much to take for a pod: what it uses, and what CRIU needs beside it for a start.
     *
     * @param memoryBytes that the pod uses
     */
    public static long bytesFor(long memoryBytes) {
        return memoryBytes + Math.min(memoryBytes, READ_AHEAD_BYTES);
    }

    private void fill(long bytes) {
        ByteBuffer zeros = ByteBuffer.allocateDirect(STEP_BYTES);
        long position = 0;
        try {
            for (; position < bytes && !enough; position += STEP_BYTES) {
                file.write(zeros.clear(), position);
            }
        } catch (IOException e) {
            failure =
                    e instanceof ErrnoException refused && refused.is("ENOSPC", "ENOMEM", "EDQUOT")
                            ? full(position, bytes, refused)
                            : AgentFailure.ofNode("No room for images could be made", e);
        }
    }

    private AgentFailure full(long taken, long wanted, ErrnoException why) {
        try {
            // What waits on the same file system for its pod to be given up needs some of it.
            file.truncate(0);
        } catch (ErrnoException e) {
            LOG.warn("{} cannot be given back", path, e);
        }
        return new AgentFailure(
                FailureReason.TargetFull,
                "There is room for %d of %d MiB of images".formatted(taken >> 20, wanted >> 20),
                why);
    }

    /**
     * Waits until all of it is taken.
     *
     * @throws AgentFailure TargetFull if there is not so much
     */
    public void await() throws InterruptedException, AgentFailure {
        filler.join();
        AgentFailure seen = failure;
        if (seen != null) {
            throw seen;
        }
    }

    /**
     * Makes what is taken by now an image, longer than it will be. Empty if another one is.
     *
     * @param image does not exist yet, on the same file system
     */
    synchronized Optional<OpenFile> become(Path image) throws IOException {
        if (used) {
            return Optional.empty();
        }
        used = true;
        stopFilling();
        Files.move(path, image, StandardCopyOption.ATOMIC_MOVE);
        return Optional.of(file);
    }

    private void stopFilling() {
        enough = true;
        Uninterrupted.join(filler);
    }

    /** Gives back what no image has become. */
    @Override
    public synchronized void close() throws IOException {
        if (!used) {
            used = true;
            stopFilling();
            file.close();
            Files.deleteIfExists(path);
        }
    }
}
