package dev.podmigration.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.address.AddressReservation;
import dev.podmigration.agent.archive.ArchiveShelf;
import dev.podmigration.agent.commit.GroupRecord;
import dev.podmigration.agent.commit.ObjectKey;
import dev.podmigration.agent.commit.RecordStore;
import dev.podmigration.agent.commit.SourceCommit;
import dev.podmigration.agent.commit.SourceRecord;
import dev.podmigration.agent.commit.SourceState;
import dev.podmigration.agent.criu.CriuConfiguration;
import dev.podmigration.agent.criu.CriuLogReader;
import dev.podmigration.agent.criu.DumpOptions;
import dev.podmigration.agent.heap.HeapTrim;
import dev.podmigration.agent.host.NodeDirectories;
import dev.podmigration.agent.inspect.ContainerInspector;
import dev.podmigration.agent.linux.SpecialFiles;
import dev.podmigration.agent.peer.Identity;
import dev.podmigration.agent.peer.PeerClient;
import dev.podmigration.agent.runtime.ContainerOnNode;
import dev.podmigration.agent.runtime.KubeletAnswer;
import dev.podmigration.agent.testnode.FakeCluster;
import dev.podmigration.agent.testnode.FakeGuard;
import dev.podmigration.agent.testnode.FakeHook;
import dev.podmigration.agent.testnode.TestNode;
import dev.podmigration.agent.wire.OutcomeRequest;
import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.Peer;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.Verdict;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What a source is brought to, by its record. */
class NodeSourceTest {

    private static final String CHECKPOINT = "c0ffee00-6a7e-4d1c-9a52-1d2c3b4a5f60";
    private static final String NEWER = "c0ffee01-6a7e-4d1c-9a52-1d2c3b4a5f60";
    private static final String RESTORE = "deadbeef-6a7e-4d1c-9a52-1d2c3b4a5f60";

    @TempDir Path root;

    private final FakeCluster cluster = new FakeCluster();
    private final FakeGuard guard = new FakeGuard();
    private TestNode node;
    private SourceCommit commit;
    private ArchiveShelf archives;
    private CriuConfiguration criu;
    private NodeSource source;
    private Path reservation;

    @BeforeEach
    void startTheAgent() throws Exception {
        node = new TestNode(root);
        node.run(Map.of("main", List.of(TestNode.NOBODY)));
        reservation = root.resolve("var/lib/cni/networks/pods/10.9.0.2");
        Files.createDirectories(reservation.getParent());
        Files.writeString(reservation, TestNode.SANDBOX + "\r\neth0");
        commit =
                new SourceCommit(
                        new RecordStore<>(root.resolve("records"), SourceRecord.class),
                        new RecordStore<>(root.resolve("groups"), GroupRecord.class),
                        guard);
        archives = ArchiveShelf.open(node.host(), root.resolve("archives"), Clock.systemUTC());
        criu = CriuConfiguration.of(node.host(), "/usr/bin/crun");
        source =
                new NodeSource(
                        new SourceTools(
                                node.host(),
                                node.directories(),
                                node.mounts(),
                                node.cgroups(),
                                node.runtime(),
                                node.kubelet(),
                                criu,
                                new CriuLogReader(),
                                new ContainerInspector(root.resolve("proc")),
                                new HeapTrim(root.resolve("proc"), root.resolve("heaps")),
                                node.filter(),
                                new SourceAddresses(
                                        node.host(),
                                        new AddressReservation(
                                                root.resolve("var/lib/cni/networks"))),
                                new PeerClient(new Identity()),
                                commit,
                                archives,
                                "10.0.0.7:9444"),
                        cluster);
    }

    @Test
    void containers_are_moved_in_the_order_of_the_pod_and_debug_containers_are_not()
            throws Exception {
        // As the runtime lists them: by their last start, the ended ones too.
        Map<String, List<Long>> containers = new LinkedHashMap<>();
        containers.put("init", List.of());
        containers.put("sidecar", List.of(TestNode.NOBODY));
        containers.put("debugger", List.of(TestNode.NOBODY + 1));
        containers.put("old-debugger", List.of());
        containers.put("main", List.of(TestNode.NOBODY + 2));
        node.run(containers);
        cluster.pod(
                new PodInCluster(
                        TestNode.POD,
                        List.of("main", "sidecar"),
                        List.of("old-debugger", "debugger")));

        SourceAgent.Inspected inspected = source.inspect(checkpoint());

        assertThat(inspected.containers())
                .extracting(InspectedContainer::getName)
                .containsExactly("main", "sidecar");
        assertThat(inspected.findings())
                .singleElement()
                .satisfies(
                        finding -> {
                            assertThat(finding.getVerdict()).isEqualTo(Verdict.Warning);
                            assertThat(finding.getReason())
                                    .isEqualTo(FailureReason.EphemeralContainer);
                            assertThat(finding.getMessage()).contains("debugger runs");
                            assertThat(finding.getRemedy()).isNotBlank();
                        });
    }

    @Test
    void a_pod_is_found_by_its_name_alone_but_not_with_another_uid() throws Exception {
        PodCheckpoint checkpoint = checkpoint();

        checkpoint.getSpec().setPodUid(null);
        assertThat(source.inspect(checkpoint).containers()).hasSize(1);

        checkpoint.getSpec().setPodUid("another");
        assertThatThrownBy(() -> source.inspect(checkpoint))
                .isInstanceOfSatisfying(
                        AgentFailure.class,
                        failure ->
                                assertThat(failure.reason()).isEqualTo(FailureReason.PodNotFound));
    }

    @Test
    void a_container_that_has_ended_cannot_be_moved() throws Exception {
        node.run(Map.of("main", List.of()));

        assertThatThrownBy(() -> source.inspect(checkpoint()))
                .isInstanceOfSatisfying(
                        AgentFailure.class,
                        failure ->
                                assertThat(failure.reason())
                                        .isEqualTo(FailureReason.PodNotRunning));
    }

    @Test
    void a_pod_is_not_stopped_twice_for_the_same_object() throws Exception {
        assertThat(source.hasBegun(checkpoint())).isFalse();

        begin();

        assertThat(source.hasBegun(checkpoint())).isTrue();
        assertThat(source.settle(checkpoint())).isEqualTo(SourceAgent.Outcome.ROLLED_BACK);
        assertThat(source.hasBegun(checkpoint())).isTrue();
    }

    @Test
    void addresses_are_reserved_by_the_next_agent_if_the_one_that_granted_did_not_come_to_it()
            throws Exception {
        begin();
        commit.grant(CHECKPOINT, RESTORE);

        source.recover();

        assertThat(reservation).content().startsWith("podmigration " + CHECKPOINT + "\r\n");
    }

    @Test
    void addresses_are_reserved_before_the_pod_is_let_go() throws Exception {
        begin();
        commit.grant(CHECKPOINT, RESTORE);
        cluster.deletePod();

        assertThat(source.settle(checkpoint())).isEqualTo(SourceAgent.Outcome.RELEASED);

        assertThat(reservation).content().startsWith("podmigration " + CHECKPOINT + "\r\n");
    }

    @Test
    void only_the_agent_of_the_target_is_told_whether_its_pod_may_run() throws Exception {
        begin();
        OutcomeRequest question =
                OutcomeRequest.newBuilder()
                        .setCheckpointUid(CHECKPOINT)
                        .setRestoreUid(RESTORE)
                        .build();

        assertThatThrownBy(() -> source.outcome("node-c", question))
                .isInstanceOfSatisfying(
                        AgentFailure.class,
                        failure ->
                                assertThat(failure.reason()).isEqualTo(FailureReason.PeerRefused));
        assertThat(source.isAnyFrozen()).isTrue();

        assertThat(source.outcome("node-b", question).hasGrant()).isTrue();
        assertThat(source.isAnyFrozen()).isFalse();
    }

    @Test
    void nobody_of_a_group_is_told_to_run_before_all_have_asked() throws Exception {
        beginGroup();

        assertThat(source.outcome("node-b", question(CHECKPOINT, RESTORE)).hasPending()).isTrue();
        assertThat(source.outcome("node-b", question("c2", "r2")).hasGrant()).isTrue();
        assertThat(source.outcome("node-b", question(CHECKPOINT, RESTORE)).hasGrant()).isTrue();
    }

    @Test
    void a_group_that_was_granted_stays_silent_after_a_restart_whatever_its_members_records_say()
            throws Exception {
        beginGroup();
        commit.grant(CHECKPOINT, RESTORE);
        commit.grant("c2", "r2");

        source.recover();

        assertThat(commit.all()).extracting(SourceRecord::state).containsOnly(SourceState.GRANTED);
        assertThat(source.outcome("node-b", question(CHECKPOINT, RESTORE)).hasGrant()).isTrue();
    }

    @Test
    void a_group_that_was_not_granted_is_rolled_back_after_a_restart() throws Exception {
        beginGroup();
        commit.grant(CHECKPOINT, RESTORE);

        source.recover();

        assertThat(commit.all())
                .extracting(SourceRecord::state)
                .containsOnly(SourceState.ROLLED_BACK);
        assertThat(source.outcome("node-b", question("c2", "r2")).hasRefusal()).isTrue();
    }

    private void beginGroup() throws IOException {
        GroupRecord group = GroupRecord.open("flink/all", List.of(CHECKPOINT, "c2"));
        commit.begin(frozen(CHECKPOINT, RESTORE), group);
        commit.begin(frozen("c2", "r2"), group);
    }

    private static OutcomeRequest question(String checkpoint, String restore) {
        return OutcomeRequest.newBuilder()
                .setCheckpointUid(checkpoint)
                .setRestoreUid(restore)
                .build();
    }

    @Test
    void crius_options_are_in_its_configuration_only_until_it_has_read_them() throws Exception {
        List<String> seen = new ArrayList<>();
        node.kubelet()
                .checkpoints(
                        container -> {
                            seen.add("options: " + hasOptions());
                            try (FakeHook hook = new FakeHook(root, dump())) {
                                hook.ask("pre-dump");
                                seen.add(hook.answer());
                                seen.add("options: " + hasOptions());
                                // Another dump of this node can begin while this one is packed.
                                criu.lease(DumpOptions.defaults()).close();
                                hook.ask("post-dump");
                                seen.add(hook.answer());
                            }
                            return archived(container);
                        });

        assertThat(source.archive(checkpoint()).files()).containsExactly(file("main"));

        assertThat(seen).containsExactly("options: true", "ok", "options: false", "ok");
        assertThat(node.runtime().noticed()).containsExactly(TestNode.id("main"));
        assertThat(dump()).doesNotExist();
    }

    @Test
    void an_archive_is_roots_alone_and_on_record() throws Exception {
        node.kubelet().checkpoints(this::archived);

        source.archive(checkpoint());

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path("main"))))
                .isEqualTo("rw-------");
        assertThat(archives.all())
                .singleElement()
                .satisfies(
                        archive -> {
                            assertThat(archive.file()).isEqualTo(file("main"));
                            assertThat(archive.checkpoint().uid()).isEqualTo(CHECKPOINT);
                        });
    }

    @Test
    void archives_of_some_containers_only_do_not_stay() throws Exception {
        Map<String, List<Long>> containers = new LinkedHashMap<>();
        containers.put("main", List.of(TestNode.NOBODY));
        containers.put("sidecar", List.of(TestNode.NOBODY + 1));
        node.run(containers);
        cluster.pod(new PodInCluster(TestNode.POD, List.of("main", "sidecar"), List.of()));
        node.kubelet()
                .checkpoints(
                        container ->
                                container.equals("main")
                                        ? archived(container)
                                        : new KubeletAnswer.Failed(
                                                new AgentFailure(
                                                        FailureReason.CheckpointFailed, "no")));

        assertThatThrownBy(() -> source.archive(checkpoint())).hasMessage("no");

        assertThat(path("main")).doesNotExist();
        assertThat(archives.all()).isEmpty();
    }

    /** Readable for all, as a kubelet of an odd umask would leave it. */
    private KubeletAnswer archived(String container) throws IOException {
        Files.createDirectories(path(container).getParent());
        Files.writeString(path(container), "memory");
        Files.setPosixFilePermissions(
                path(container), PosixFilePermissions.fromString("rw-r--r--"));
        return new KubeletAnswer.Archived(List.of(file(container)));
    }

    private Path path(String container) {
        return root.resolve(file(container).substring(1));
    }

    private static String file(String container) {
        return "/var/lib/kubelet/checkpoints/checkpoint-taskmanager_flink-" + container + ".tar";
    }

    @Test
    void a_kubelet_that_refuses_an_archive_leaves_nothing_behind() throws Exception {
        node.kubelet()
                .checkpoints(
                        container ->
                                new KubeletAnswer.Failed(
                                        new AgentFailure(
                                                FailureReason.CheckpointNotSupported, "no")));

        assertThatThrownBy(() -> source.archive(checkpoint()))
                .isInstanceOf(AgentFailure.class)
                .hasMessage("no");

        assertThat(hasOptions()).isFalse();
        assertThat(dump()).doesNotExist();
    }

    @Test
    void a_dump_that_an_agent_before_this_one_began_does_not_wait_for_ever() throws Exception {
        FakeHook.makePipes(dump());
        try (FakeHook hook = new FakeHook(root, dump())) {
            hook.hasAsked("pre-dump");

            source.recover();

            assertThat(hook.answer()).isEqualTo("no");
        }
        assertThat(node.directories().dumps()).isEmpty();
    }

    @Test
    void a_dump_that_goes_on_while_the_next_agent_rolls_back_does_not_wait_for_ever()
            throws Exception {
        FakeHook.makePipes(dump());
        begin();
        List<String> answers = new ArrayList<>();
        node.runtime()
                .beforeNoticing(
                        () -> {
                            try (FakeHook hook = new FakeHook(root, dump())) {
                                hook.ask("post-dump");
                                return answers.add(hook.answer());
                            }
                        });

        source.recover();

        assertThat(answers).containsExactly("no");
        assertThat(node.runtime().noticed()).containsExactly(TestNode.id("main"));
        assertThat(dump().getParent()).isEmptyDirectory();
    }

    @Test
    void pipes_that_an_agent_was_taking_away_are_gone() throws Exception {
        FakeHook.makePipes(dump().resolveSibling(NodeDirectories.REMOVED + dump().getFileName()));

        source.recover();

        assertThat(dump().getParent()).isEmptyDirectory();
    }

    /** It would stand still for ever: nobody else reads what it writes. */
    @Test
    void a_criu_that_waits_for_a_dead_agent_to_read_memory_is_let_go() throws Exception {
        String directory = "/run/containers/main/" + ContainerOnNode.CHECKPOINT;
        Path images = Files.createDirectories(root.resolve(directory.substring(1)));
        Path pipe = images.resolve("pages-1.img");
        SpecialFiles.createFifo(pipe, 0600);
        Files.writeString(
                root.resolve("proc/1/mountinfo"),
                "99 1 0:99 / " + directory + " rw - tmpfs podmigration rw\n",
                StandardOpenOption.APPEND);
        CompletableFuture<Void> criu =
                CompletableFuture.runAsync(
                        () -> {
                            try {
                                Files.newOutputStream(pipe, StandardOpenOption.WRITE).close();
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
        assertThatThrownBy(() -> criu.get(200, TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class);

        source.recover();

        assertThat(criu).succeedsWithin(Duration.ofSeconds(30));
        assertThat(images).doesNotExist();
    }

    private Path dump() {
        return node.directories().dump(TestNode.id("main"));
    }

    private boolean hasOptions() throws IOException {
        Path file = root.resolve("etc/criu/crun.conf");
        return Files.exists(file) && Files.readString(file).contains("tcp-established");
    }

    @Test
    void a_pod_that_came_back_to_life_has_its_addresses_as_before() throws Exception {
        begin();
        commit.grant(CHECKPOINT, RESTORE);
        source.recover();
        cluster.restore(cancelled());
        PodCheckpoint checkpoint = checkpoint();
        checkpoint.getSpec().setGoal(CheckpointGoal.RollBack);

        assertThat(source.settle(checkpoint)).isEqualTo(SourceAgent.Outcome.ROLLED_BACK);

        assertThat(reservation).hasContent(TestNode.SANDBOX + "\r\neth0");
    }

    @Test
    void a_kubelet_may_start_again_what_was_rolled_back_or_is_being_deleted() throws Exception {
        begin();
        commit.grant(CHECKPOINT, RESTORE);
        source.recover();
        assertThat(guard.refused()).containsExactly(TestNode.POD);
        cluster.deletePod();

        source.settle(checkpoint());

        assertThat(guard.refused()).isEmpty();
    }

    @Test
    void a_kubelet_may_start_again_what_an_agent_did_not_come_to_grant() throws Exception {
        begin();
        guard.refuse(TestNode.POD);

        source.recover();

        assertThat(guard.refused()).isEmpty();
        assertThat(guard.prepared()).isEmpty();
    }

    /**
     * The record of the first attempt stays until its PodCheckpoint is gone, and that can wait for
     * an agent that was away.
     */
    @Test
    void an_older_attempt_does_not_wake_a_pod_that_a_newer_one_has_frozen() throws Exception {
        begin();
        source.settle(checkpoint());
        commit.begin(frozen(NEWER, RESTORE));
        commit.grant(NEWER, RESTORE);

        source.recover();
        source.settle(checkpoint());

        assertThat(guard.refused()).containsExactly(TestNode.POD);
        assertThat(commit.record(NEWER).orElseThrow().state()).isEqualTo(SourceState.GRANTED);
        assertThat(reservation).content().startsWith("podmigration " + NEWER + "\r\n");
    }

    private void begin() throws Exception {
        commit.begin(frozen(CHECKPOINT, RESTORE));
    }

    private static SourceRecord frozen(String checkpoint, String restore) {
        return new SourceRecord(
                SourceState.FROZEN,
                new ObjectKey("flink", "move", checkpoint),
                restore,
                TestNode.POD,
                "veth-of-nobody",
                7,
                List.of("10.9.0.2/24"),
                List.of(TestNode.id("main")),
                Instant.parse("2026-08-01T10:00:00Z"),
                "node-b",
                null);
    }

    private static PodRestore cancelled() {
        PodRestore restore = new PodRestore();
        restore.getStatus().setPhase(PodRestorePhase.Cancelled);
        return restore;
    }

    private static PodCheckpoint checkpoint() {
        PodCheckpoint checkpoint = new PodCheckpoint();
        checkpoint.setMetadata(
                new ObjectMetaBuilder()
                        .withNamespace("flink")
                        .withName("move")
                        .withUid(CHECKPOINT)
                        .build());
        Peer peer = new Peer();
        peer.setRestoreName("move");
        checkpoint.getSpec().setPodName("taskmanager");
        checkpoint.getSpec().setPodUid(TestNode.POD);
        checkpoint.getSpec().setPeer(peer);
        checkpoint.getSpec().setGoal(CheckpointGoal.Migrate);
        return checkpoint;
    }
}
