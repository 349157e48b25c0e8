package dev.podmigration.agent.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.address.KeptAddresses;
import dev.podmigration.agent.commit.ObjectKey;
import dev.podmigration.agent.commit.ReceiverCommit;
import dev.podmigration.agent.commit.ReceiverRecord;
import dev.podmigration.agent.commit.RecordStore;
import dev.podmigration.agent.commit.TargetCommit;
import dev.podmigration.agent.commit.TargetEvent;
import dev.podmigration.agent.commit.TargetRecord;
import dev.podmigration.agent.commit.TargetState;
import dev.podmigration.agent.criu.CriuLogReader;
import dev.podmigration.agent.fence.FilterId;
import dev.podmigration.agent.launcher.RestoreMark;
import dev.podmigration.agent.linux.Signal;
import dev.podmigration.agent.linux.SpecialFiles;
import dev.podmigration.agent.testnode.FakeHook;
import dev.podmigration.agent.testnode.FakeSourceRecords;
import dev.podmigration.agent.testnode.TestNode;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** An agent that was killed while a pod of two containers was being restored, and the next one. */
class RestartedTargetTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir Path root;

    private final FakeSourceRecords source = new FakeSourceRecords();
    private Process early;
    private TestNode node;
    private TargetCommit commit;
    private NodeTarget target;

    @BeforeEach
    void restoreTheFirstContainer() throws Exception {
        early = new ProcessBuilder("sleep", "1000").start();
        Signal.STOP.send(early.pid());
        node = new TestNode(root);
        Map<String, List<Long>> containers = new LinkedHashMap<>();
        containers.put("sidecar", List.of(early.pid()));
        containers.put("main", List.of());
        node.runInOwnNetwork(containers);
        node.filter().put(new FilterId(TestNode.POD));
        for (String container : containers.keySet()) {
            Path gate = gate(container);
            FakeHook.makePipes(gate);
            Files.createDirectories(gate.resolve("images"));
            Files.writeString(gate.resolve("armed." + TestNode.id(container)), "/bundle\n1\n");
        }
        Files.writeString(gate("sidecar").resolve("result." + TestNode.id("sidecar")), "0\n");
        commit = new TargetCommit(new RecordStore<>(root.resolve("records"), TargetRecord.class));
        target =
                new NodeTarget(
                        new TargetTools(
                                node.host(),
                                node.directories(),
                                node.mounts(),
                                node.cgroups(),
                                node.runtime(),
                                new CriuLogReader(),
                                node.filter(),
                                new KeptAddresses(),
                                source,
                                commit,
                                new ReceiverCommit(
                                        new RecordStore<>(
                                                root.resolve("receptions"), ReceiverRecord.class)),
                                root.resolve("var/lib/kubelet")));
    }

    @AfterEach
    void endTheContainer() {
        early.destroyForcibly();
    }

    /** 1 GiB, the 128 MiB that CRIU reads ahead, and 256 MiB for everything else. */
    @Test
    void a_node_needs_the_memory_of_a_pod_once() throws Exception {
        PodRestore restore = restore();
        restore.getSpec().setRequiredMemoryBytes(1L << 30);
        Files.writeString(root.resolve("proc/meminfo"), "MemAvailable: 1441791 kB\n");

        assertThatThrownBy(() -> target.accept(restore, () -> {}))
                .hasMessageContaining("needs 1408 MiB on this node")
                .asInstanceOf(type(AgentFailure.class))
                .extracting(AgentFailure::reason)
                .isEqualTo(FailureReason.TargetMemoryTooSmall);
        assertThat(commit.record(TestNode.POD)).isEmpty();
    }

    @Test
    void a_launcher_whose_pod_is_deleted_before_anybody_accepted_it_waits_no_more()
            throws Exception {
        target.refuse(TestNode.POD);
        assertThat(RestoreMark.CANCELLED.isSet(node.directories(), TestNode.POD)).isTrue();

        target.forgetRefused(TestNode.POD);
        assertThat(node.directories().restoreRecord(TestNode.POD)).doesNotExist();
    }

    @Test
    void a_mark_for_a_launcher_goes_with_its_pod_also_if_no_agent_sees_that() throws Exception {
        target.refuse(TestNode.POD);
        target.refuse("00000000-dead");

        target.recover(Set.of(TestNode.POD), () -> {});

        assertThat(RestoreMark.CANCELLED.isSet(node.directories(), TestNode.POD)).isTrue();
        assertThat(node.directories().restoreRecord("00000000-dead")).doesNotExist();
    }

    @Test
    void a_pod_that_was_accepted_is_not_refused_because_it_is_deleted() throws Exception {
        recorded(TargetState.RESUMED);

        target.refuse(TestNode.POD);
        target.forgetRefused(TestNode.POD);

        assertThat(RestoreMark.CANCELLED.isSet(node.directories(), TestNode.POD)).isFalse();
        assertThat(state()).isEqualTo(TargetState.RESUMED);
    }

    @Test
    void a_pod_that_runs_here_is_not_refused_when_its_record_is_gone() throws Exception {
        RestoreMark.COMMITTED.set(node.directories(), TestNode.POD);

        target.refuse(TestNode.POD);
        target.forgetRefused(TestNode.POD);

        assertThat(RestoreMark.COMMITTED.isSet(node.directories(), TestNode.POD)).isTrue();
        assertThat(RestoreMark.CANCELLED.isSet(node.directories(), TestNode.POD)).isFalse();
    }

    @Test
    void what_was_restored_half_way_is_killed_at_once() throws Exception {
        recorded(TargetState.RESTORING);

        target.recover(Set.of(), () -> {});

        assertThat(early.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(state()).isEqualTo(TargetState.CANCELLED);
        assertThat(RestoreMark.CANCELLED.isSet(node.directories(), TestNode.POD)).isTrue();
        assertThat(node.filter().tables()).isNotEmpty();
    }

    @Test
    void what_is_cancelled_after_a_restart_is_killed_as_well() throws Exception {
        recorded(TargetState.ASKED);

        target.cancel(restore());

        assertThat(early.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(state()).isEqualTo(TargetState.CANCELLED);
    }

    @Test
    void a_pod_that_the_source_has_granted_is_let_go_to_the_end() throws Exception {
        recorded(TargetState.ASKED);
        source.grant();

        try (FakeHook hook = waitingHook("post-restore")) {
            target.recover(Set.of(), () -> {});

            assertThat(hook.answer()).isEqualTo("ok");
            hook.ask("pre-resume");
            assertThat(hook.answer()).isEqualTo("ok");
        }
        assertThat(state()).isEqualTo(TargetState.RESUMED);
        assertGoesOn();
    }

    @Test
    void a_pod_whose_grant_was_on_disk_is_let_go_to_the_end() throws Exception {
        recorded(TargetState.RESUMED);

        try (FakeHook hook = waitingHook("pre-resume")) {
            target.recover(Set.of(), () -> {});

            assertThat(hook.answer()).isEqualTo("ok");
        }
        assertGoesOn();
        target.forget(restore());
    }

    @Test
    void a_pod_that_runs_for_long_is_not_touched_by_a_restart() throws Exception {
        recorded(TargetState.RESUMED);
        RestoreMark.COMMITTED.set(node.directories(), TestNode.POD);

        target.recover(Set.of(), () -> {});

        // Somebody in it may have stopped it on purpose.
        assertThat(isStopped()).isTrue();
    }

    @Test
    void a_pod_that_the_source_refuses_is_killed() throws Exception {
        recorded(TargetState.ASKED);
        source.refuse();

        try (FakeHook hook = waitingHook("post-restore")) {
            target.recover(Set.of(), () -> {});

            assertThat(hook.answer()).isEqualTo("no");
        }
        assertThat(early.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(state()).isEqualTo(TargetState.CANCELLED);
    }

    @Test
    void a_pod_whose_source_does_not_answer_is_given_up() throws Exception {
        recorded(TargetState.ASKED);

        try (FakeHook hook = waitingHook("post-restore")) {
            target.recover(Set.of(), () -> {});

            assertThat(hook.answer()).isEqualTo("no");
        }
        assertThat(early.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(state()).isEqualTo(TargetState.CANCELLED);
    }

    /** It has asked, so others may run. */
    @Test
    void in_a_group_a_pod_whose_source_does_not_answer_asks_again() throws Exception {
        recordedInGroup();

        try (FakeHook hook = waitingHook("post-restore")) {
            target.recover(Set.of(), () -> {});
            await().atMost(LIMIT).until(() -> source.questions() > 0);
            assertThat(state()).isEqualTo(TargetState.ASKED);
            source.letWait();
            int asked = source.questions();
            await().atMost(LIMIT).until(() -> source.questions() > asked);
            source.grant();

            assertThat(hook.answer()).isEqualTo("ok");
        }
        assertGoesOn();
        assertThat(state()).isEqualTo(TargetState.RESUMED);
    }

    @Test
    void in_a_group_a_pod_that_the_source_refuses_is_killed() throws Exception {
        recordedInGroup();
        source.refuse();

        try (FakeHook hook = waitingHook("post-restore")) {
            target.recover(Set.of(), () -> {});

            assertThat(hook.answer()).isEqualTo("no");
        }
        assertThat(early.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(state()).isEqualTo(TargetState.CANCELLED);
    }

    @Test
    void in_a_group_a_pod_that_has_asked_is_neither_cancelled_nor_forgotten() throws Exception {
        recordedInGroup();

        target.cancel(restore());

        assertThat(target.forget(restore())).isFalse();
        assertThat(state()).isEqualTo(TargetState.ASKED);
        assertThat(isStopped()).isTrue();
    }

    @Test
    void in_a_group_what_cannot_run_any_more_is_given_up() throws Exception {
        recordedInGroup();

        target.recover(Set.of(), () -> {});

        assertThat(source.questions()).isZero();
        assertThat(state()).isEqualTo(TargetState.CANCELLED);
        assertThat(target.forget(restore())).isTrue();
    }

    private void recordedInGroup() throws IOException {
        recorded(TargetState.ASKED);
        commit.source(TestNode.POD, "c1", "node-a", "10.0.0.7:9444", true);
    }

    @Test
    void after_a_reboot_nothing_is_left_when_the_restore_is_forgotten() throws Exception {
        recorded(TargetState.RESTORING);
        target.recover(Set.of(), () -> {});
        node.runtime().remove(TestNode.POD);

        target.forget(restore());

        assertThat(node.directories().restores(TestNode.POD)).doesNotExist();
        assertThat(commit.all()).isEmpty();
        assertThat(node.filter().tables()).isEmpty();
    }

    /** The kubelet has not come to it yet; its launchers will look for the mark. */
    @Test
    void after_a_reboot_a_granted_pod_that_the_runtime_does_not_know_yet_may_start()
            throws Exception {
        recorded(TargetState.RESUMED);
        node.runtime().remove(TestNode.POD);

        target.recover(Set.of(TestNode.POD), () -> {});

        assertThat(RestoreMark.COMMITTED.isSet(node.directories(), TestNode.POD)).isTrue();
        assertThat(state()).isEqualTo(TargetState.RESUMED);
        assertStartedAnew("its node was restarted before it ran there");
    }

    /** The runtime's restore goes on without its launcher, and CRI-O makes another container. */
    @Test
    void a_granted_container_whose_launcher_was_killed_too_is_no_second_copy() throws Exception {
        recorded(TargetState.RESUMED);
        Files.delete(gate("sidecar").resolve("result." + TestNode.id("sidecar")));
        Files.writeString(gate("sidecar").resolve("ordered"), TestNode.id("sidecar"));

        target.recover(Set.of(TestNode.POD), () -> {});

        assertThat(early.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(RestoreMark.COMMITTED.isSet(node.directories(), TestNode.POD)).isTrue();
        assertStartedAnew("the launcher of container sidecar ended without a result");
    }

    /** It ended while it made the container; its state is not on the disk then. */
    @Test
    void a_granted_container_that_the_runtime_has_forgotten_is_no_second_copy() throws Exception {
        recorded(TargetState.RESUMED);
        Path mark = node.directories().restored(TestNode.id("sidecar"));
        Files.createDirectories(mark.getParent());
        Files.createFile(mark);
        node.runtime().forget(TestNode.id("sidecar"));

        target.recover(Set.of(TestNode.POD), () -> {});

        assertThat(early.waitFor(10, TimeUnit.SECONDS)).isTrue();
        await().atMost(LIMIT).until(() -> Files.notExists(mark));
        await().atMost(LIMIT)
                .untilAsserted(
                        () ->
                                assertStartedAnew(
                                        "the container runtime ended while it made the container,"
                                                + " and forgot it"));
    }

    @Test
    void after_a_reboot_a_cancelled_pod_that_the_runtime_does_not_know_yet_is_still_refused()
            throws Exception {
        recorded(TargetState.RESTORING);
        node.runtime().remove(TestNode.POD);

        target.recover(Set.of(TestNode.POD), () -> {});
        target.recover(Set.of(TestNode.POD), () -> {});

        assertThat(RestoreMark.CANCELLED.isSet(node.directories(), TestNode.POD)).isTrue();
        assertThat(state()).isEqualTo(TargetState.CANCELLED);
    }

    @Test
    void what_neither_the_runtime_nor_the_api_server_knows_is_forgotten() throws Exception {
        recorded(TargetState.RESUMED);
        RestoreMark.COMMITTED.set(node.directories(), TestNode.POD);
        node.runtime().remove(TestNode.POD);

        target.recover(Set.of(), () -> {});

        assertThat(commit.all()).isEmpty();
        assertThat(RestoreMark.COMMITTED.isSet(node.directories(), TestNode.POD)).isFalse();
    }

    @Test
    void a_pod_that_waits_is_registered_again() throws Exception {
        recorded(TargetState.ARMED);
        Files.delete(gate("sidecar").resolve("result." + TestNode.id("sidecar")));
        Files.createDirectories(root.resolve("var/lib/containers/sidecar/merged"));
        Files.createDirectories(root.resolve("var/log/pods"));
        Path launcher = root.resolve("proc/" + TestNode.NOBODY);
        Files.createDirectories(launcher);
        Files.writeString(launcher.resolve("cmdline"), "launcher\0" + TestNode.id("sidecar"));
        SpecialFiles.createFifo(gate("sidecar").resolve("go." + TestNode.id("sidecar")), 0600);
        Files.writeString(
                gate("sidecar").resolve("armed." + TestNode.id("sidecar")),
                "/run/containers/sidecar/userdata\n" + TestNode.NOBODY + "\n");
        PodRestore restore = restore();
        restore.getSpec().setContainers(List.of("sidecar", "main"));
        target.recover(Set.of(), () -> {});
        assertThat(target.state(restore).phase()).isEqualTo(PodRestorePhase.Accepted);

        target.acceptAgain(restore, () -> {});

        await().atMost(LIMIT)
                .untilAsserted(
                        () ->
                                assertThat(target.state(restore).phase())
                                        .isEqualTo(PodRestorePhase.Armed));
        target.forget(restore);
    }

    @Test
    void a_pod_that_was_cancelled_is_not_registered_again() throws Exception {
        recorded(TargetState.RESTORING);
        target.recover(Set.of(), () -> {});

        target.acceptAgain(restore(), () -> {});

        assertThat(target.state(restore()).phase()).isEqualTo(PodRestorePhase.Cancelled);
    }

    @Test
    void an_agent_that_is_asked_to_stop_knows_what_it_should_wait_for() throws Exception {
        assertThat(target.isAnyBeingRestored()).isFalse();
        recorded(TargetState.RESUMED);
        assertThat(target.isAnyBeingRestored()).isTrue();

        RestoreMark.COMMITTED.set(node.directories(), TestNode.POD);

        assertThat(target.isAnyBeingRestored()).isFalse();
    }

    private void assertStartedAnew(String why) throws IOException {
        TargetAgent.Progress progress = target.state(restore());
        assertThat(progress.phase()).isEqualTo(PodRestorePhase.StartedAnew);
        assertThat(progress.failure().orElseThrow())
                .hasMessage("The pod was started anew, without its memory: " + why + ".");
    }

    private void assertGoesOn() {
        await().atMost(LIMIT).until(() -> !isStopped());
        assertThat(RestoreMark.COMMITTED.isSet(node.directories(), TestNode.POD)).isTrue();
        assertThat(node.filter().tables()).isEmpty();
    }

    /** {@code pid (comm) state ...} of proc_pid_stat(5). */
    private boolean isStopped() throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(early.pid()), "stat"));
        return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
    }

    /** CRIU's hook of the last container has asked while there was no agent. */
    private FakeHook waitingHook(String action) throws IOException {
        FakeHook hook = new FakeHook(root, gate("main"));
        hook.hasAsked(action);
        return hook;
    }

    private Path gate(String container) {
        return node.directories().restore(TestNode.POD, container);
    }

    private TargetState state() throws IOException {
        return commit.record(TestNode.POD).orElseThrow().state();
    }

    private void recorded(TargetState state) throws IOException {
        commit.begin(
                new TargetRecord(
                        TargetState.ARMED,
                        new ObjectKey("flink", "move", "r1"),
                        TestNode.POD,
                        "c1",
                        "10.0.0.7:9444",
                        "node-a",
                        List.of("sidecar", "main"),
                        List.of(),
                        null,
                        false));
        List<TargetEvent> events =
                List.of(TargetEvent.VERIFIED, TargetEvent.COMPLETE, TargetEvent.GRANTED);
        for (TargetEvent event : events) {
            if (state() != state) {
                commit.decide(TestNode.POD, event);
            }
        }
    }

    private static PodRestore restore() {
        PodRestore restore = new PodRestore();
        restore.setMetadata(
                new ObjectMetaBuilder()
                        .withNamespace("flink")
                        .withName("move")
                        .withUid("r1")
                        .build());
        restore.getSpec().setPodUid(TestNode.POD);
        return restore;
    }
}
