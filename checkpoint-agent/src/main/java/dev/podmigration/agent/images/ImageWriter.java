package dev.podmigration.agent.images;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.FileMetadata;
import dev.podmigration.agent.linux.OpenDirectory;
import dev.podmigration.agent.linux.OpenFile;
import dev.podmigration.agent.wire.ImageFile;
import dev.podmigration.agent.wire.ImageFrame;
import dev.podmigration.agent.wire.ImageManifest;
import dev.podmigration.agent.wire.ImagePart;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Puts images together beside the directory they are for, and moves them there only when all of
 * them have been found right: a restore cannot see half of them. Nothing is synced: images live in
 * memory. Not thread-safe.
 */
public final class ImageWriter implements AutoCloseable {
    private static final int MAX_NAME_BYTES = 255;

    /** CRIU's names for what is large in nearly all cases. */
    private static final String MEMORY = "pages-";

    private final Path destination;
    private final Path partial;
    private final long limitBytes;
    private final ImageRoom room;
    private final OpenDirectory directory;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(ImageTail.PART_BYTES);
    private final Map<String, ArrivingFile> files = new HashMap<>();
    private long bytes;

    /**
     * @param destination does not exist yet; its parent does, on a tmpfs
     * @param limitBytes what the source may send, as it was told
     * @param room on the same tmpfs; stays the caller's
     */
    public ImageWriter(Path destination, long limitBytes, ImageRoom room) throws IOException {
        this.destination = destination;
        this.limitBytes = limitBytes;
        this.room = room;
        this.partial = destination.resolveSibling("." + destination.getFileName() + ".partial");
        ImageFiles.delete(partial); // of an agent that died
        Files.createDirectory(
                partial,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        this.directory = OpenDirectory.open(partial);
    }

    /**
     * Appends the parts to their files.
     *
     * @throws AgentFailure TargetFull if there is no room or the limit is passed, ChecksumMismatch
     *     for a gap, InternalError for a name that CRIU does not use
     */
    public void write(ImageFrame frame) throws IOException, AgentFailure {
        for (ImagePart part : frame.getPartsList()) {
            try {
                write(part);
            } catch (ErrnoException e) {
                if (e.is("ENOSPC", "EDQUOT", "ENOMEM")) {
                    throw new AgentFailure(
                            FailureReason.TargetFull,
                            "No room for images after " + bytes + " bytes",
                            e);
                }
                throw e;
            }
        }
    }

    private void write(ImagePart part) throws IOException, AgentFailure {
        String name = part.getName();
        int length = part.getContent().size();
        if (length > limitBytes - bytes) {
            throw new AgentFailure(
                    FailureReason.TargetFull,
                    "Images are larger than the " + limitBytes + " bytes there is room for");
        }
        ArrivingFile file = files.get(name);
        if (part.getOffset() != (file == null ? 0 : file.size()) || (file != null && length == 0)) {
            throw new AgentFailure(
                    FailureReason.ChecksumMismatch,
                    "Image %s: a part for offset %d arrived after %s"
                            .formatted(name, part.getOffset(), file == null ? "nothing" : file));
        }
        if (file == null) {
            byte[] checked = checked(name);
            Optional<OpenFile> taken =
                    name.startsWith(MEMORY) && length > 0
                            ? room.become(partial.resolve(name))
                            : Optional.empty();
            file = new ArrivingFile(taken.isPresent() ? taken.get() : directory.create(checked));
            files.put(name, file);
        }
        file.append(part.getContent(), buffer);
        bytes += length;
    }

    private static byte[] checked(String name) throws AgentFailure {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        boolean plain = name.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '/');
        if (bytes.length == 0 || bytes.length > MAX_NAME_BYTES || name.startsWith(".") || !plain) {
            throw new AgentFailure(
                    FailureReason.InternalError,
                    "Refused an image of the source: it has no proper name");
        }
        return bytes;
    }

    /**
     * Checks everything against the manifest and puts it in place.
     *
     * @throws AgentFailure ChecksumMismatch if a file is missing, damaged or not in the manifest
     */
    public VerifiedImages verified(ImageManifest manifest) throws IOException, AgentFailure {
        Set<String> listed = new HashSet<>();
        for (ImageFile expected : manifest.getFilesList()) {
            ArrivingFile file = files.get(expected.getName());
            if (file == null || !file.is(expected) || !listed.add(expected.getName())) {
                throw new AgentFailure(
                        FailureReason.ChecksumMismatch,
                        "Image %s: %d bytes with CRC-32C %08x were sent, %s arrived"
                                .formatted(
                                        expected.getName(),
                                        expected.getSize(),
                                        expected.getCrc32C(),
                                        file == null ? "nothing" : file));
            }
            file.end();
            FileMetadata.setPermissions(
                    directory.path(checked(expected.getName())), expected.getMode() & 0777);
        }
        if (listed.size() != files.size() || listed.isEmpty()) {
            Set<String> others = new TreeSet<>(files.keySet());
            others.removeAll(listed);
            throw new AgentFailure(
                    FailureReason.ChecksumMismatch,
                    "Images that are not in the manifest: " + others);
        }
        closeFiles();
        Files.move(partial, destination, StandardCopyOption.ATOMIC_MOVE);
        return new VerifiedImages(destination, listed.size(), bytes);
    }

    /** Throws away what was not verified. */
    @Override
    public void close() throws IOException {
        try (directory) {
            closeFiles();
        } finally {
            ImageFiles.delete(partial);
        }
    }

    private void closeFiles() throws IOException {
        for (ArrivingFile file : files.values()) {
            file.close();
        }
    }
}
