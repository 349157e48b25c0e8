package dev.podmigration.agent.files;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** What is mounted inside a tree belongs to the mount: it is neither read nor written. */
class MountsInsideTest {
    private final Mounts mounts = new Mounts();

    MountsInsideTest() throws IOException {}

    @AfterEach
    void unmount() throws IOException {
        mounts.close();
    }

    @Test
    void a_mount_in_the_source_is_not_copied_even_if_nobody_named_it() throws Exception {
        Path source = mounts.directory("source");
        Path other = mounts.directory("other");
        Files.writeString(other.resolve("not-mine"), "x");
        Files.writeString(Files.createDirectories(source.resolve("d")).resolve("mine"), "x");
        Files.createDirectory(source.resolve("d/directory-mount"));
        Files.createFile(source.resolve("d/file-mount"));
        mounts.bind(other, source.resolve("d/directory-mount"));
        mounts.bind(other.resolve("not-mine"), source.resolve("d/file-mount"));
        Path target = mounts.directory("target");
        try (Copier copier = new Copier(Tree.directory("t", source), TargetTree.of(target))) {
            copier.round(Round.RUNNING);
        }

        assertThat(target.resolve("d/mine")).exists();
        assertThat(target.resolve("d/directory-mount")).doesNotExist();
        assertThat(target.resolve("d/file-mount")).doesNotExist();
    }

    @Test
    void destinations_are_followed_through_links_of_the_image() throws Exception {
        Path source = mounts.directory("source");
        Path target = mounts.directory("target");
        for (Path root : new Path[] {source, target}) {
            Files.createDirectories(root.resolve("run/secrets"));
            Files.createDirectory(root.resolve("var"));
            Files.createSymbolicLink(root.resolve("var/run"), Path.of("/run"));
            Files.createSymbolicLink(root.resolve("var/up"), Path.of("../../../run/./secrets"));
        }
        Files.writeString(source.resolve("run/secrets/token"), "source's");
        Files.writeString(target.resolve("run/secrets/token"), "target's");
        Set<TreePath> excluded =
                Set.of(TreePath.of("/var/run/secrets"), TreePath.of("var/up/token/"));
        Tree tree = new Tree("t", Tree.Kind.DIRECTORY, source, source, excluded);
        try (Copier copier = new Copier(tree, new TargetTree(target, excluded, false))) {
            copier.round(Round.RUNNING);
            assertThat(copier.sentEntries())
                    .contains("run")
                    .noneMatch(path -> path.startsWith("run/"));
        }

        assertThat(target.resolve("run/secrets/token")).hasContent("target's");
    }

    @Test
    void a_volume_that_was_emptied_keeps_the_mounts_in_it() throws Exception {
        Path source = mounts.directory("source");
        Path target = mounts.directory("target");
        Files.createDirectories(target.resolve("a/b/mount"));
        Files.createFile(target.resolve("a/old"));
        try (Copier copier =
                new Copier(
                        Tree.directory("t", source),
                        new TargetTree(target, Set.of(TreePath.of("a/b/mount")), false))) {
            copier.round(Round.STOPPED);
        }

        assertThat(target.resolve("a/b/mount")).isDirectory();
        assertThat(target.resolve("a/old")).doesNotExist();
    }
}
