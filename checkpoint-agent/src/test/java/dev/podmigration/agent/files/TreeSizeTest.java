package dev.podmigration.agent.files;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

class TreeSizeTest {

    @TempDir Path directory;

    @Test
    void every_file_counts_once_whatever_its_names_and_holes_do_not() throws Exception {
        Path file = Files.write(directory.resolve("a"), new byte[100_000]);
        Files.createLink(directory.resolve("b"), file);
        Files.createDirectories(directory.resolve("deeper/still"));
        Files.write(directory.resolve("deeper/still/c"), new byte[5000]);
        Files.createSymbolicLink(directory.resolve("link"), file);
        try (RandomAccessFile sparse =
                new RandomAccessFile(directory.resolve("sparse").toFile(), "rw")) {
            sparse.setLength(1L << 30);
        }

        assertThat(TreeSize.bytes(Tree.directory("volume", directory))).isEqualTo(105_000);
    }

    @Test
    void of_an_image_only_what_was_written_counts() throws Exception {
        Path upper = Files.createDirectories(directory.resolve("upper"));
        Path merged = Files.createDirectories(directory.resolve("merged"));
        Files.write(merged.resolve("of-the-image"), new byte[70_000]);
        Files.write(merged.resolve("written"), new byte[300]);
        Files.createFile(upper.resolve("written"));

        assertThat(TreeSize.bytes(Tree.overlay("root/main", upper, merged, Set.of())))
                .isEqualTo(300);
    }
}
