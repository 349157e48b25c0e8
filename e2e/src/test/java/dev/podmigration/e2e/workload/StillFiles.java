package dev.podmigration.e2e.workload;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.Random;

/** Files of every kind that nobody touches any more once they are made. */
final class StillFiles {
    private static final long SPARSE_BYTES = 64L << 20;

    private StillFiles() {}

    static void make(Path directory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        Path plain = directory.resolve("plain");
        Files.writeString(plain, "added\n");
        mode(plain, 0640);
        Files.createLink(directory.resolve("another name of plain"), plain);
        Files.createSymbolicLink(directory.resolve("link"), Path.of("plain"));
        Files.createSymbolicLink(directory.resolve("dangling"), Path.of("/no/such/file"));
        byte[] random = new byte[3_000_001];
        new Random(directory.hashCode()).nextBytes(random);
        Files.write(directory.resolve("three megabytes"), random);
        sparse(directory.resolve("sparse"));
        Path owned = directory.resolve("owned");
        Files.writeString(owned, "of another user\n");
        Files.setAttribute(owned, "unix:uid", 1234);
        Files.setAttribute(owned, "unix:gid", 4321);
        Path privileged = directory.resolve("privileged");
        Files.writeString(privileged, "#!/bin/sh\n");
        mode(privileged, 06755);
        Path sticky = Files.createDirectories(directory.resolve("sticky/empty"));
        mode(sticky.getParent(), 01777);
        mode(sticky, 0700);
        Path described = directory.resolve("described");
        Files.writeString(described, "with an attribute\n");
        Files.getFileAttributeView(described, UserDefinedFileAttributeView.class)
                .write("note", ByteBuffer.wrap("kept".getBytes(StandardCharsets.UTF_8)));
        Files.writeString(directory.resolve("späte\nzeile "), "a name with a line end\n");
        Path old = directory.resolve("old");
        Files.writeString(old, "from the last century\n");
        Files.setLastModifiedTime(
                old, FileTime.from(Instant.parse("1999-12-31T23:59:59.123456789Z")));
        Files.write(directory.resolve("empty"), new byte[0]);
        if (new ProcessBuilder("mkfifo", directory.resolve("fifo").toString()).start().waitFor()
                != 0) {
            throw new IOException("mkfifo failed");
        }
    }

    private static void sparse(Path file) throws IOException {
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(SPARSE_BYTES);
            sparse.writeBytes("at the start");
            sparse.seek(SPARSE_BYTES * 3 / 4);
            sparse.writeBytes("far behind");
        }
    }

    private static void mode(Path file, int mode) throws IOException {
        Files.setAttribute(file, "unix:mode", mode);
    }
}
