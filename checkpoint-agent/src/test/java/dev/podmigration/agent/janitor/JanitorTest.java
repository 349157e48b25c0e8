package dev.podmigration.agent.janitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.podmigration.agent.address.AddressReservation;
import dev.podmigration.agent.archive.ArchiveLimits;
import dev.podmigration.agent.archive.ArchiveShelf;
import dev.podmigration.agent.commit.GroupRecord;
import dev.podmigration.agent.commit.ObjectKey;
import dev.podmigration.agent.commit.ReceiverCommit;
import dev.podmigration.agent.commit.ReceiverRecord;
import dev.podmigration.agent.commit.RecordStore;
import dev.podmigration.agent.commit.SourceCommit;
import dev.podmigration.agent.commit.SourceEvent;
import dev.podmigration.agent.commit.SourceRecord;
import dev.podmigration.agent.commit.SourceState;
import dev.podmigration.agent.commit.StartGuard;
import dev.podmigration.agent.commit.TargetCommit;
import dev.podmigration.agent.commit.TargetEvent;
import dev.podmigration.agent.commit.TargetRecord;
import dev.podmigration.agent.commit.TargetState;
import dev.podmigration.agent.fence.FilterId;
import dev.podmigration.agent.metrics.AgentMetrics;
import dev.podmigration.agent.testnode.TestNode;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What stays on a node and what goes. */
class JanitorTest {

    private static final String CHECKPOINT = "c0ffee00-6a7e-4d1c-9a52-1d2c3b4a5f60";
    private static final String RESTORE = "deadbeef-6a7e-4d1c-9a52-1d2c3b4a5f60";
    private static final String POD = TestNode.POD;
    private static final Duration GRACE = Duration.ofMinutes(15);

    @TempDir Path directory;

    private final TestClock clock = new TestClock();
    private final AgentMetrics metrics = new AgentMetrics();
    private final Set<String> objects = new HashSet<>();
    private final List<String> news = new ArrayList<>();
    private boolean apiServerIsAway;
    private Path root;
    private TestNode node;
    private SourceCommit sources;
    private TargetCommit targets;
    private ReceiverCommit receivers;
    private ArchiveShelf shelf;
    private Janitor janitor;

    @BeforeEach
    void startTheAgent() throws Exception {
        root = directory.toRealPath();
        node = new TestNode(root);
        sources =
                new SourceCommit(
                        new RecordStore<>(root.resolve("s"), SourceRecord.class),
                        new RecordStore<>(root.resolve("groups"), GroupRecord.class),
                        StartGuard.NONE);
        targets = new TargetCommit(new RecordStore<>(root.resolve("t"), TargetRecord.class));
        receivers = new ReceiverCommit(new RecordStore<>(root.resolve("r"), ReceiverRecord.class));
        shelf = ArchiveShelf.open(node.host(), root.resolve("archives"), clock);
        janitor =
                new Janitor(
                        new NodeHoldings(
                                node.host(),
                                node.mounts(),
                                node.runtime(),
                                node.filter(),
                                new AddressReservation(root.resolve("var/lib/cni/networks")),
                                sources,
                                targets,
                                receivers,
                                () -> {
                                    if (apiServerIsAway) {
                                        throw new IllegalStateException("as the test wants it");
                                    }
                                    return Set.copyOf(objects);
                                }),
                        shelf,
                        new ArchiveLimits(Duration.ofHours(24), 2, 1 << 20),
                        (archive, why) -> news.add(archive.file() + ": " + why),
                        GRACE,
                        metrics,
                        clock);
    }

    @Test
    void what_nobody_knows_goes_when_it_was_unknown_for_long_enough() throws Exception {
        List<Path> left = leftovers();
        node.filter().put(new FilterId(CHECKPOINT));

        janitor.look();
        clock.pass(GRACE.minusSeconds(1));
        janitor.look();
        assertThat(left).allSatisfy(path -> assertThat(exists(path)).isTrue());

        clock.pass(Duration.ofSeconds(1));
        janitor.look();
        assertThat(left).noneMatch(JanitorTest::exists);
        assertThat(node.filter().tables()).isEmpty();
        assertThat(metrics.scrape())
                .contains(
                        "removed_total{kind=\"fence\",reason=\"unneeded\"} 1.0",
                        "removed_total{kind=\"reservation\",reason=\"unneeded\"} 1.0",
                        "held{kind=\"restore-files\"} 0.0");
    }

    @Test
    void the_time_begins_anew_for_what_was_needed_in_between() throws Exception {
        Path files = file("var/lib/podmigration/restores/" + POD + "/committed");
        janitor.look();
        clock.pass(GRACE.dividedBy(2));
        objects.add(POD);
        janitor.look();
        objects.clear();
        clock.pass(GRACE.dividedBy(2));

        janitor.look();

        assertThat(files).exists();
    }

    @Test
    void what_is_not_ours_stays() throws Exception {
        Path other = file("var/lib/podmigration/restores/README");
        Path address = file("var/lib/cni/networks/pods/10.9.0.9", "5a5a\r\neth0");

        lookTwice();

        assertThat(other).exists();
        assertThat(address).exists();
    }

    @Test
    void an_unfinished_source_keeps_everything() throws Exception {
        node.run(Map.of("main", List.of(TestNode.NOBODY)));
        freeze();
        Path reservation = reservation();
        Path dump = file("run/podmigration/dumps/" + TestNode.id("main") + "/hook.in");
        node.filter().put(new FilterId(CHECKPOINT));

        lookTwice();

        assertThat(sources.record(CHECKPOINT)).isPresent();
        assertThat(reservation).exists();
        assertThat(dump).exists();
        assertThat(node.filter().tables()).containsExactly(new FilterId(CHECKPOINT));
    }

    /** Whatever became of the objects: it may be the only copy. */
    @Test
    void a_source_that_has_granted_is_never_forgotten() throws Exception {
        freeze();
        sources.grant(CHECKPOINT, RESTORE);

        lookTwice();

        assertThat(sources.record(CHECKPOINT)).isPresent();
    }

    @Test
    void a_source_that_has_ended_is_forgotten_when_its_object_and_its_pod_are_gone()
            throws Exception {
        node.run(Map.of("main", List.of(TestNode.NOBODY)));
        freeze();
        sources.decide(CHECKPOINT, SourceEvent.GIVE_UP);
        lookTwice();
        assertThat(sources.record(CHECKPOINT)).as("its pod is there").isPresent();

        node.runtime().remove(POD);
        objects.add(CHECKPOINT);
        lookTwice();
        assertThat(sources.record(CHECKPOINT)).as("its object is there").isPresent();

        objects.clear();
        lookTwice();
        assertThat(sources.record(CHECKPOINT)).isEmpty();
    }

    @Test
    void a_target_keeps_what_its_launchers_obey_as_long_as_its_pod_is_there() throws Exception {
        node.run(Map.of("main", List.of(TestNode.NOBODY)));
        targets.begin(target(TargetState.ARMED));
        targets.decide(POD, TargetEvent.GIVE_UP);
        Path mark = file("var/lib/podmigration/restores/" + POD + "/cancelled");
        lookTwice();
        assertThat(mark).exists();

        node.runtime().remove(POD);
        lookTwice();
        lookTwice();

        assertThat(targets.all()).isEmpty();
        assertThat(mark).doesNotExist();
    }

    @Test
    void a_pod_that_is_received_keeps_its_memory_and_its_files() throws Exception {
        receivers.begin(
                ReceiverRecord.receiving(
                        new ObjectKey("shop", "move", RESTORE), List.of("main"), false));
        Path memory = file("run/podmigration/restores/" + RESTORE + "/main/images/pages-1.img");
        Path files = file("var/lib/podmigration/restores/" + RESTORE + "/tree-root-main");

        lookTwice();

        assertThat(memory).exists();
        assertThat(files).exists();
    }

    @Test
    void nothing_goes_while_the_api_server_cannot_be_asked() throws Exception {
        List<Path> left = leftovers();
        janitor.look();
        clock.pass(GRACE.plusSeconds(1));
        apiServerIsAway = true;

        assertThatThrownBy(janitor::look).hasMessage("as the test wants it");

        assertThat(left).allMatch(JanitorTest::exists);
    }

    @Test
    void archives_beyond_a_limit_go_and_who_wanted_them_is_told() throws Exception {
        archive("old");
        clock.pass(Duration.ofHours(23));
        archive("middle");
        archive("new");
        janitor.look();

        assertThat(news).containsExactly(name("old") + ": there were more than 2");
        clock.pass(Duration.ofHours(25));
        janitor.look();
        assertThat(news).hasSize(3);
        assertThat(news.getLast()).endsWith("it was older than 24 h");
        assertThat(shelf.all()).isEmpty();
        assertThat(metrics.scrape())
                .contains(
                        "removed_total{kind=\"archive\",reason=\"count\"} 1.0",
                        "removed_total{kind=\"archive\",reason=\"age\"} 2.0",
                        "held{kind=\"archive\"} 0.0");
    }

    @Test
    void what_is_held_can_be_watched() throws Exception {
        archive("one");
        file("run/podmigration/restores/" + POD + "/main/images/pages-1.img", "x".repeat(100));

        janitor.look();

        assertThat(metrics.scrape())
                .contains(
                        "held{kind=\"archive\"} 1.0",
                        "held_bytes{kind=\"archive\"} 6.0",
                        "held{kind=\"restore-directory\"} 1.0",
                        "held_bytes{kind=\"restore-directory\"} 100.0");
    }

    private void lookTwice() throws Exception {
        janitor.look();
        clock.pass(GRACE.plusSeconds(1));
        janitor.look();
    }

    /** One of each kind, without anything that it belongs to. */
    private List<Path> leftovers() throws IOException {
        Path link = root.resolve("run/podmigration/restores/" + POD);
        Path received = file("run/podmigration/restores/" + RESTORE + "/main/images/pages-1.img");
        Files.createSymbolicLink(link, Path.of(RESTORE));
        return List.of(
                link,
                received,
                file("var/lib/podmigration/restores/" + POD + "/committed"),
                file("run/podmigration/dumps/" + "ab".repeat(32) + "/hook.in"),
                file("run/podmigration/restored/" + "cd".repeat(32)),
                reservation());
    }

    private Path reservation() throws IOException {
        file("var/lib/cni/networks/pods/lock");
        return file(
                "var/lib/cni/networks/pods/10.9.0.2",
                "podmigration " + CHECKPOINT + "\r\n5a5a\r\neth0");
    }

    private void freeze() throws IOException {
        sources.begin(
                new SourceRecord(
                        SourceState.FROZEN,
                        new ObjectKey("flink", "move", CHECKPOINT),
                        RESTORE,
                        POD,
                        "veth-of-nobody",
                        7,
                        List.of(),
                        List.of(TestNode.id("main")),
                        clock.instant(),
                        "node-b",
                        null));
    }

    private TargetRecord target(TargetState state) {
        return new TargetRecord(
                state,
                new ObjectKey("flink", "move", RESTORE),
                POD,
                CHECKPOINT,
                "10.0.0.7:9444",
                "node-a",
                List.of("main"),
                List.of(),
                null,
                false);
    }

    private void archive(String name) throws IOException {
        file(name(name).substring(1), "memory");
        shelf.add(new ObjectKey("shop", name, "uid-of-" + name), name(name));
    }

    private static String name(String archive) {
        return "/var/lib/kubelet/checkpoints/checkpoint-" + archive + ".tar";
    }

    private Path file(String name) throws IOException {
        return file(name, "");
    }

    private Path file(String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** Stands still until time passes. */
    private static final class TestClock extends Clock {

        private Instant now = Instant.parse("2026-11-29T12:00:00Z");

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
