package dev.podmigration.agent.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.address.KeptAddresses;
import dev.podmigration.agent.commit.ObjectKey;
import dev.podmigration.agent.commit.ReceiverCommit;
import dev.podmigration.agent.commit.ReceiverRecord;
import dev.podmigration.agent.commit.RecordStore;
import dev.podmigration.agent.commit.TargetCommit;
import dev.podmigration.agent.commit.TargetRecord;
import dev.podmigration.agent.commit.TargetState;
import dev.podmigration.agent.criu.CriuLogReader;
import dev.podmigration.agent.launcher.RestoreMark;
import dev.podmigration.agent.linux.SpecialFiles;
import dev.podmigration.agent.target.RestoreTarget.Event;
import dev.podmigration.agent.testnode.FakeHook;
import dev.podmigration.agent.testnode.FakeSourceRecords;
import dev.podmigration.agent.testnode.TestNode;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.agent.wire.TargetMessage.BodyCase;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** A restore of one container, up to its end and around the grant. */
@Timeout(60)
class RestoreTargetTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final long LAUNCHER = TestNode.NOBODY + 1;

    private final AgentFailure cancelled =
            new AgentFailure(FailureReason.Cancelled, "the operator cancelled it");

    @TempDir Path directory;

    private final BlockingQueue<TargetMessage> replies = new LinkedBlockingQueue<>();
    private final Fence fence = new Fence();
    private Path root;
    private final FakeSourceRecords source = new FakeSourceRecords();
    private TestNode node;
    private TargetCommit commit;
    private ContainerPlace place;
    private RestoreTarget target;
    private FakeHook hook;

    /** Remembers what was done to it. */
    private static final class Fence implements RestoreFence {
        private volatile boolean lifted;
        private volatile boolean abandoned;

        @Override
        public void lift() {
            lifted = true;
        }

        @Override
        public int release() {
            return 0;
        }

        @Override
        public void abandon() {
            abandoned = true;
        }
    }

    @BeforeEach
    void armThePod() throws Exception {
        // As the kernel names it: open files are looked up by their names.
        root = directory.toRealPath();
        node = new TestNode(root);
        node.run(Map.of("main", List.of()));
        Files.createDirectories(root.resolve("var/lib/containers/main/merged"));
        Files.createDirectories(root.resolve("var/log/pods"));
        commit = new TargetCommit(new RecordStore<>(root.resolve("records"), TargetRecord.class));
        commit.begin(
                new TargetRecord(
                        TargetState.ARMED,
                        new ObjectKey("flink", "move", "r1"),
                        TestNode.POD,
                        "c1",
                        "10.0.0.7:9444",
                        "node-a",
                        List.of("main"),
                        List.of(),
                        null,
                        false));
        TargetTools tools =
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
                        root.resolve("var/lib/kubelet"));
        AtomicReference<RestoreTarget> listener = new AtomicReference<>();
        place =
                ContainerPlace.open(
                        tools,
                        TestNode.POD,
                        "main",
                        event -> listener.get().post(new Event.Hook(0, event)));
        startLauncher();
        hook = new FakeHook(root, place.gate().directory());
        target =
                new RestoreTarget(
                        tools,
                        TestNode.POD,
                        RunDecisions.asking(commit, node.directories(), TestNode.POD),
                        List.of(place),
                        fence,
                        Set.of(),
                        replies::add);
        listener.set(target);
    }

    private void startLauncher() throws IOException {
        Path process = root.resolve("proc").resolve(Long.toString(LAUNCHER));
        Files.createDirectories(process);
        Files.writeString(process.resolve("cmdline"), "launcher\0create\0" + TestNode.id("main"));
        Path gate = place.gate().directory();
        SpecialFiles.createFifo(gate.resolve("go." + TestNode.id("main")), 0600);
        Files.writeString(
                gate.resolve("armed." + TestNode.id("main")),
                "/run/containers/main/userdata\n" + LAUNCHER + "\n");
    }

    @AfterEach
    void close() throws IOException {
        hook.close();
        place.close();
    }

    @Test
    void a_wish_to_cancel_before_the_answer_ends_it() throws Exception {
        CompletableFuture<Void> run = runUntilItAsks();

        target.post(new Event.Stop(cancelled));

        assertThat(run).failsWithin(LIMIT).withThrowableThat().withCause(cancelled);
        target.kill(cancelled);
        assertThat(hook.answer()).isEqualTo("no");
        assertThat(state()).isEqualTo(TargetState.CANCELLED);
        assertThat(fence.abandoned).isTrue();
        assertThat(fence.lifted).isFalse();
    }

    @Test
    void a_wish_to_cancel_after_the_grant_changes_nothing() throws Exception {
        CompletableFuture<Void> run = runUntilItAsks();

        target.post(new Event.Answer(true, ""));
        target.post(new Event.Stop(cancelled));

        assertRuns(run);
    }

    /** The stream broke right after it had brought the grant, so the record was asked as well. */
    @Test
    void a_second_answer_changes_nothing() throws Exception {
        CompletableFuture<Void> run = runUntilItAsks();

        target.post(new Event.Answer(true, ""));
        target.post(new Event.Answer(true, ""));

        assertRuns(run);
    }

    /** Nobody restores it a second time: the kubelet has to start it, and needs the mark. */
    @Test
    void a_launcher_that_is_gone_after_the_grant_leaves_a_pod_that_may_start() throws Exception {
        Process restored = new ProcessBuilder("sleep", "1000").start();
        node.run(Map.of("main", List.of(restored.pid())));
        CompletableFuture<Void> run = runUntilItAsks();
        target.post(new Event.Answer(true, ""));
        assertThat(hook.answer()).isEqualTo("ok");

        Files.delete(root.resolve("proc").resolve(Long.toString(LAUNCHER)).resolve("cmdline"));

        assertThat(run).failsWithin(LIMIT);
        Optional<AgentFailure> startedAnew =
                target.kill(failure("the launcher of container main ended without a result"));
        assertThat(state()).isEqualTo(TargetState.RESUMED);
        assertThat(fence.lifted).isTrue();
        assertThat(RestoreMark.COMMITTED.isSet(node.directories(), TestNode.POD)).isTrue();
        assertThat(RestoreMark.CANCELLED.isSet(node.directories(), TestNode.POD)).isFalse();
        // Beside the container that the kubelet makes now it would be a second copy.
        assertThat(restored.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(startedAnew.orElseThrow())
                .hasMessageContaining(
                        "started anew, without its memory: the launcher of container");
        hook.ask("pre-resume");
        assertThat(hook.answer()).isEqualTo("ok");
    }

    @Test
    void a_pod_whose_launcher_is_gone_is_not_asked_for() throws Exception {
        CompletableFuture<Void> run = runUntilItRestores();

        Files.delete(root.resolve("proc").resolve(Long.toString(LAUNCHER)).resolve("cmdline"));
        hook.ask("post-restore");

        assertGivenUp(run, "The launcher of container main ended before");
    }

    /** What it was making, it takes for a leftover. */
    @Test
    void a_pod_whose_runtime_was_restarted_is_not_asked_for() throws Exception {
        CompletableFuture<Void> run = runUntilItRestores();

        node.runtime().restart();
        hook.ask("post-restore");

        assertGivenUp(run, "CRI-O was restarted while it made container main");
    }

    private void assertGivenUp(CompletableFuture<Void> run, String why) throws Exception {
        assertThat(run).failsWithin(LIMIT).withThrowableThat().withMessageContaining(why);
        target.kill(failure(why));
        assertThat(replies).isEmpty();
        assertThat(hook.answer()).isEqualTo("no");
        assertThat(state()).isEqualTo(TargetState.CANCELLED);
    }

    /** Others may run because it has asked. */
    @Test
    void in_a_group_a_pod_that_has_asked_waits_for_the_answer_whatever_is_wished()
            throws Exception {
        moveInGroup();
        CompletableFuture<Void> run = runUntilItAsks();

        target.post(new Event.Stop(cancelled));
        target.post(new Event.Stop(cancelled));
        target.post(new Event.Answer(true, ""));

        assertRuns(run);
    }

    /** The stream ended before the question came to it: nobody else would bring an answer. */
    @Test
    void in_a_group_a_pod_that_has_asked_and_is_told_to_stop_asks_the_record() throws Exception {
        moveInGroup();
        source.refuse();
        CompletableFuture<Void> run = runUntilItAsks();

        target.post(new Event.Stop(cancelled));

        assertThat(run).failsWithin(LIMIT).withThrowableThat().withMessageContaining("rolled back");
        target.kill(failure("refused"));
        assertThat(state()).isEqualTo(TargetState.CANCELLED);
    }

    @Test
    void in_a_group_a_pod_that_is_refused_is_given_up() throws Exception {
        moveInGroup();
        CompletableFuture<Void> run = runUntilItAsks();

        target.post(new Event.Stop(cancelled));
        target.post(new Event.Answer(false, "another one failed"));

        assertThat(run)
                .failsWithin(LIMIT)
                .withThrowableThat()
                .withMessageContaining("another one failed");
        target.kill(failure("refused"));
        assertThat(hook.answer()).isEqualTo("no");
        assertThat(state()).isEqualTo(TargetState.CANCELLED);
    }

    /** It could not run any more, and its source still has it: none is worse than not together. */
    @Test
    void in_a_group_a_pod_whose_launcher_is_gone_is_given_up_even_after_it_has_asked()
            throws Exception {
        moveInGroup();
        CompletableFuture<Void> run = runUntilItAsks();

        Files.delete(root.resolve("proc").resolve(Long.toString(LAUNCHER)).resolve("cmdline"));

        assertThat(run).failsWithin(LIMIT);
        target.kill(failure("the launcher is gone"));
        assertThat(state()).isEqualTo(TargetState.CANCELLED);
        assertThat(RestoreMark.CANCELLED.isSet(node.directories(), TestNode.POD)).isTrue();
    }

    private void moveInGroup() throws IOException {
        commit.source(TestNode.POD, "c1", "node-a", "10.0.0.7:9444", true);
    }

    private CompletableFuture<Void> runUntilItAsks() throws Exception {
        CompletableFuture<Void> run = runUntilItRestores();
        hook.ask("post-restore");
        assertThat(replies.take().getBodyCase()).isEqualTo(BodyCase.GRANT_REQUEST);
        return run;
    }

    private CompletableFuture<Void> runUntilItRestores() {
        CompletableFuture<Void> run =
                CompletableFuture.runAsync(
                        () -> {
                            try {
                                target.run("r1", LIMIT);
                            } catch (AgentFailure | IOException | InterruptedException e) {
                                throw new CompletionException(e);
                            }
                        });
        await().atMost(LIMIT).until(() -> state() == TargetState.RESTORING);
        return run;
    }

    private void assertRuns(CompletableFuture<Void> run) throws Exception {
        assertThat(hook.answer()).isEqualTo("ok");
        hook.ask("pre-resume");
        assertThat(hook.answer()).isEqualTo("ok");
        hook.ask("post-resume");
        Files.writeString(place.gate().directory().resolve("result." + TestNode.id("main")), "0\n");
        assertThat(run).succeedsWithin(LIMIT);
        assertThat(replies.take().getBodyCase()).isEqualTo(BodyCase.RESUMED);
        assertThat(state()).isEqualTo(TargetState.RESUMED);
        assertThat(fence.lifted).isTrue();
        assertThat(RestoreMark.COMMITTED.isSet(node.directories(), TestNode.POD)).isTrue();
    }

    private static AgentFailure failure(String why) {
        return new AgentFailure(FailureReason.RestoreFailed, why);
    }

    private TargetState state() throws IOException {
        return commit.record(TestNode.POD).orElseThrow().state();
    }
}
