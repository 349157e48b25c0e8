package dev.podmigration.agent.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.agent.AgentFailure;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** Whatever a program does to its files, the target has the same ones after the last round. */
class TreeCopyTest {
    private static final int FILES = 250;
    private static final int CHANGES = 60;

    private final Mounts mounts;

    TreeCopyTest() throws Exception {
        mounts = new Mounts();
    }

    @AfterEach
    void unmount() throws Exception {
        mounts.close();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void directory_trees_are_equal_after_a_first_and_a_stopped_round(long seed) throws Exception {
        Path source = mounts.directory("source");
        Path target = mounts.directory("target");
        new RandomChanges(target, -seed, true).apply(20); // what is there already must go
        twoRounds(Tree.directory("volume", source), target, new RandomChanges(source, seed, true));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13})
    void trees_in_memory_are_equal_after_a_first_and_a_stopped_round(long seed) throws Exception {
        Path source = mounts.tmpfs("source", "size=200m");
        Path target = mounts.tmpfs("target", "size=200m");
        twoRounds(Tree.directory("shm", source), target, new RandomChanges(source, seed, true));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {21, 22, 23, 24, 25})
    void merged_views_are_equal_after_a_first_and_a_stopped_round(long seed) throws Exception {
        overlayTwoRounds(seed, "");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {31, 32, 33, 34, 35})
    void merged_views_are_equal_with_redirected_directories_and_metadata_only_copies(long seed)
            throws Exception {
        overlayTwoRounds(seed, ",redirect_dir=on,metacopy=on");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {41, 42})
    void rounds_while_the_pod_works_lead_to_equal_trees(long seed) throws Exception {
        Path image = mounts.directory("image");
        new RandomChanges(image, -seed, false).apply(FILES);
        Mounts.Overlay source = mounts.overlay("source", image, ",redirect_dir=on");
        Mounts.Overlay target = mounts.overlay("target", image, ",redirect_dir=on");
        RandomChanges changes = new RandomChanges(source.merged(), seed, false);
        changes.apply(FILES);
        Tree tree = Tree.overlay("rootfs", source.upper(), source.merged(), Set.of());

        AtomicBoolean stop = new AtomicBoolean();
        try (TreeWriter writer = new TreeWriter(Map.of("rootfs", TargetTree.of(target.merged())))) {
            Thread pod =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        while (!stop.get()) {
                                            try {
                                                changes.one();
                                            } catch (IOException e) {
                                                throw new java.io.UncheckedIOException(e);
                                            }
                                        }
                                    });
            Snapshot snapshot = Snapshot.none();
            try {
                for (int round = 0; round < 15; round++) {
                    snapshot = send(tree, snapshot, Round.RUNNING, writer);
                }
            } finally {
                stop.set(true);
                pod.join();
            }
            send(tree, snapshot, Round.STOPPED, writer);
        }

        TreeDescription.assertEqual("seed " + seed, source.merged(), target.merged());
    }

    /** A program can give a file in memory any time that has 64 bits. */
    @Test
    void a_time_beyond_all_years_that_java_knows_stops_nobody() throws Exception {
        Path source = mounts.tmpfs("source", "size=1m");
        Path target = mounts.tmpfs("target", "size=1m");
        Path file = Files.writeString(source.resolve("file"), "content");
        Process touch =
                new ProcessBuilder("touch", "-d", "@4611686018427387904", file.toString()).start();
        assertThat(touch.waitFor()).isZero();
        Tree tree = Tree.directory("shm", source);

        try (TreeWriter writer = new TreeWriter(Map.of("shm", TargetTree.of(target)))) {
            Snapshot first = send(tree, Snapshot.none(), Round.RUNNING, writer);
            send(tree, first, Round.STOPPED, writer);
        }

        assertThat(target.resolve("file")).hasContent("content");
    }

    private void overlayTwoRounds(long seed, String options) throws Exception {
        Path image = mounts.directory("image");
        new RandomChanges(image, -seed, false).apply(FILES);
        Mounts.Overlay source = mounts.overlay("source", image, options);
        Mounts.Overlay target = mounts.overlay("target", image, options);
        Tree tree = Tree.overlay("rootfs", source.upper(), source.merged(), Set.of());
        twoRounds(tree, target.merged(), new RandomChanges(source.merged(), seed, false));
    }

    private static void twoRounds(Tree tree, Path target, RandomChanges changes) throws Exception {
        changes.apply(FILES);
        try (TreeWriter writer = new TreeWriter(Map.of(tree.name(), TargetTree.of(target)))) {
            Snapshot first = send(tree, Snapshot.none(), Round.RUNNING, writer);
            TreeDescription.assertEqual("first round", tree.content(), target);

            changes.apply(CHANGES);
            Snapshot second = send(tree, first, Round.STOPPED, writer);
            TreeDescription.assertEqual("second round", tree.content(), target);

            assertThat(second.sent().records()).isLessThan(first.sent().records() + CHANGES * 20L);
        }
    }

    private static Snapshot send(Tree tree, Snapshot before, Round round, TreeWriter writer)
            throws IOException, AgentFailure {
        Snapshot after =
                new TreeSender()
                        .sendChanges(
                                tree,
                                before,
                                Set.of(),
                                round,
                                frame -> {
                                    try {
                                        writer.apply(frame);
                                    } catch (AgentFailure e) {
                                        throw new IOException(e);
                                    }
                                });
        assertThat(writer.endRound())
                .isEqualTo(new TreeTotals(after.sent().records(), after.sent().dataBytes()));
        return after;
    }
}
