package dev.podmigration.e2e.workload;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** Changes files that the image brought: their content, their mode, their being there at all. */
final class ImageFiles {
    private static final Path REPLACED = Path.of("/usr/share/pam");

    private ImageFiles() {}

    static void change() throws IOException {
        Files.writeString(Path.of("/etc/debian_version"), "changed by the workload\n");
        Files.setAttribute(Path.of("/etc/profile"), "unix:mode", 0600);
        Files.delete(Path.of("/etc/issue"));
        Files.move(Path.of("/etc/issue.net"), Path.of("/etc/issue.moved"));
        removeTree(Path.of("/usr/share/common-licenses"));
        // Removed and made again: what the image has below must not shine through.
        removeTree(REPLACED);
        Files.createDirectories(REPLACED);
        Files.writeString(REPLACED.resolve("only this"), "is left\n");
    }

    private static void removeTree(Path directory) throws IOException {
        Files.walkFileTree(
                directory,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path visited, IOException failure)
                            throws IOException {
                        if (failure != null) {
                            throw failure;
                        }
                        Files.delete(visited);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
