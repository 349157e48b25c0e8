package dev.podmigration.agent.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.podmigration.agent.commit.ObjectKey;
import dev.podmigration.agent.host.Host;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

class ArchiveShelfTest {

    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final String DIRECTORY = "/var/lib/kubelet/checkpoints";
    private static final ObjectKey CHECKPOINT = new ObjectKey("shop", "keep", "uid-1");
    private static final ObjectKey OTHER = new ObjectKey("shop", "keep", "uid-2");

    @TempDir Path root;

    private ArchiveShelf shelf;

    @BeforeEach
    void openTheShelf() throws IOException {
        Files.createDirectories(root.resolve(DIRECTORY.substring(1)));
        shelf = open();
    }

    @Test
    void what_was_noted_is_there_after_a_restart() throws Exception {
        shelf.add(CHECKPOINT, taken("a"));
        shelf.add(CHECKPOINT, taken("b"));
        shelf.add(OTHER, taken("c"));

        assertThat(open().all())
                .containsExactlyInAnyOrder(
                        new Archive(CHECKPOINT, file("a"), NOW, 6),
                        new Archive(CHECKPOINT, file("b"), NOW, 6),
                        new Archive(OTHER, file("c"), NOW, 6));
    }

    @Test
    void those_of_others_are_not_seen() throws Exception {
        taken("of-somebody");

        assertThat(shelf.all()).isEmpty();
    }

    @Test
    void one_that_is_removed_leaves_the_others() throws Exception {
        shelf.add(CHECKPOINT, taken("a"));
        shelf.add(CHECKPOINT, taken("b"));

        shelf.remove(new Archive(CHECKPOINT, file("a"), NOW, 6));

        assertThat(path("a")).doesNotExist();
        assertThat(open().all()).extracting(Archive::file).containsExactly(file("b"));
    }

    @Test
    void one_that_somebody_else_took_away_is_forgotten() throws Exception {
        shelf.add(CHECKPOINT, taken("a"));
        Files.delete(path("a"));

        assertThat(shelf.all()).isEmpty();
        taken("a");
        assertThat(shelf.all()).as("a new file of that name").isEmpty();
    }

    @Test
    void a_link_in_the_place_of_an_archive_is_not_an_archive() throws Exception {
        shelf.add(CHECKPOINT, taken("a"));
        Files.delete(path("a"));
        Path victim = Files.writeString(root.resolve("victim"), "of somebody");
        Files.createSymbolicLink(path("a"), victim);

        assertThat(shelf.all()).isEmpty();
        assertThat(victim).exists();
    }

    @Test
    void nothing_that_the_kubelet_would_not_name_so_is_deleted() {
        assertThatIOException()
                .isThrownBy(() -> shelf.remove(new Archive(CHECKPOINT, "/etc/passwd", NOW, 1)))
                .withMessageContaining("/etc/passwd");
    }

    @Test
    void what_could_not_be_completed_is_discarded() throws Exception {
        shelf.add(CHECKPOINT, taken("a"));
        shelf.add(OTHER, taken("b"));

        shelf.discard(CHECKPOINT);

        assertThat(path("a")).doesNotExist();
        assertThat(shelf.all()).extracting(Archive::file).containsExactly(file("b"));
    }

    private ArchiveShelf open() throws IOException {
        return ArchiveShelf.open(
                Host.at(root), root.resolve("records"), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private String taken(String name) throws IOException {
        Files.writeString(path(name), "memory");
        return file(name);
    }

    private Path path(String name) {
        return root.resolve(file(name).substring(1));
    }

    private static String file(String name) {
        return DIRECTORY + "/checkpoint-" + name + ".tar";
    }
}
