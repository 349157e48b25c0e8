package dev.podmigration.agent.host;

import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.OpenDirectory;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Directories below the node's {@code /run/podmigration}: images hold secrets, so they are root's
 * alone.
 */
public final class HostTree {

    private HostTree() {}

    public static void create(Path directory) throws IOException {
        Files.createDirectories(
                directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /**
     * With all that is in it; links are removed, not followed. Nothing there is fine.
     *
     * @throws IOException also when something is mounted below: that may be a view of the node's
     *     own files, of which nothing is deleted
     */
    public static void delete(Path directory) throws IOException {
        try {
            Files.walkFileTree(
                    directory,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(
                                Path visited, BasicFileAttributes attributes) throws IOException {
                            if (!visited.equals(directory)) {
                                checkNoMount(visited);
                            }
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                                throws IOException {
                            Files.deleteIfExists(file);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(
                                Path visited, @Nullable IOException error) throws IOException {
                            if (error != null) {
                                throw error;
                            }
                            Files.deleteIfExists(visited);
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (NoSuchFileException e) {
            if (Files.exists(directory)) {
                throw e;
            }
        }
    }

    /**
     * Opened from its parent without leaving the parent's mount, which the kernel refuses for a
     * mount point.
     */
    private static void checkNoMount(Path directory) throws IOException {
        byte[] name = directory.getFileName().toString().getBytes(StandardCharsets.UTF_8);
        try (OpenDirectory parent = OpenDirectory.open(directory.getParent());
                OpenDirectory opened = parent.directory(name)) {
            opened.status();
        } catch (ErrnoException e) {
            if (e.is("EXDEV")) {
                throw new IOException("Not deleted: something is mounted at " + directory, e);
            }
            throw e;
        }
    }
}
