package dev.podmigration.agent.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.agent.linux.SpecialFiles;
import dev.podmigration.agent.testnode.FakeHook;
import dev.podmigration.agent.testnode.TestNode;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A CRIU that is killed leaves what it has mounted on the node. */
class RefusedRestoreTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir Path directory;

    private Path root;
    private RestoreGate gate;
    private HookChannel channel;
    private Process launcher;

    @BeforeEach
    void restore() throws Exception {
        root = directory.toRealPath();
        TestNode node = new TestNode(root);
        node.run(Map.of("main", List.of()));
        gate = RestoreGate.open(node.directories(), TestNode.POD, "main");
        channel = HookChannel.ofRestore(gate, event -> {});
        // A shell that is called criu, below one that stands for the launcher; both wait for input.
        Path criu = root.resolve("criu");
        Files.copy(Path.of("/bin/sh").toRealPath(), criu);
        launcher = new ProcessBuilder("sh", "-c", criu + " -c 'read line'; read line").start();
        await().atMost(LIMIT).until(() -> criu().isPresent());
        Path process = root.resolve("proc").resolve(Long.toString(launcher.pid()));
        Files.createDirectories(process);
        Files.writeString(process.resolve("cmdline"), "launcher\0create\0" + TestNode.id("main"));
        Files.writeString(
                gate.directory().resolve("armed." + TestNode.id("main")),
                "/run/containers/main/userdata\n" + launcher.pid() + "\n");
    }

    @AfterEach
    void end() throws Exception {
        criu().ifPresent(ProcessHandle::destroyForcibly);
        launcher.destroyForcibly();
        channel.close();
    }

    @Test
    void criuHearsNoAtItsNextQuestionAndIsWaitedFor() throws Exception {
        CompletableFuture<Void> refused = CompletableFuture.runAsync(this::refuse);

        try (FakeHook hook = new FakeHook(root, gate.directory())) {
            hook.ask("post-restore");
            assertThat(hook.answer()).isEqualTo("no");
        }
        assertThat(refused).isNotDone();
        assertThat(criu().orElseThrow().destroy()).isTrue();

        assertThat(refused).succeedsWithin(LIMIT);
        assertThat(launcher.isAlive()).isTrue();
    }

    @Test
    void aLauncherWithoutCriuIsNotWaitedFor() throws Exception {
        criu().orElseThrow().destroy();
        await().atMost(LIMIT).until(() -> criu().isEmpty());

        assertThat(CompletableFuture.runAsync(this::refuse)).succeedsWithin(LIMIT);

        assertThat(launcher.isAlive()).isTrue();
    }

    @Test
    void aContainerIsForsakenWhenItsLauncherEndsWithoutHavingSaidThatItRuns() throws Exception {
        String id = TestNode.id("main");
        assertThat(gate.forsaken()).as("not ordered").isEmpty();
        SpecialFiles.createFifo(gate.directory().resolve("go." + id), 0600);
        gate.restore(gate.armed().orElseThrow(), Set.of());
        assertThat(gate.forsaken()).as("under way").isEmpty();

        Path result = Files.writeString(gate.directory().resolve("result." + id), "0\n");
        assertThat(gate.forsaken()).as("restored").isEmpty();
        Files.writeString(result, "1\n");
        assertThat(gate.forsaken()).as("failed").contains(id);

        Files.delete(result);
        Files.delete(root.resolve("proc/" + launcher.pid() + "/cmdline"));
        assertThat(gate.forsaken()).as("killed").contains(id);
    }

    /** It is nobody's child then, and CRIU waits for tasks that may be dead. */
    @Test
    void aRestoreWhoseLauncherWasKilledHearsNoAndIsEndedIfItHangs() throws Exception {
        String id = TestNode.id("main");
        Process runtime =
                new ProcessBuilder("sh", "-c", "sleep 1000; :", "crun", "restore", "--detach", id)
                        .start();
        await().atMost(LIMIT).until(() -> runtime.descendants().findAny().isPresent());
        ProcessHandle criu = runtime.descendants().findAny().orElseThrow();
        CompletableFuture<Void> refused =
                CompletableFuture.runAsync(
                        () -> {
                            try {
                                gate.refuseForsaken(id, channel);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });

        try (FakeHook hook = new FakeHook(root, gate.directory())) {
            hook.ask("pre-resume");
            assertThat(hook.answer()).isEqualTo("no");
        }

        assertThat(refused).succeedsWithin(LIMIT);
        assertThat(runtime.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(criu.onExit()).succeedsWithin(LIMIT);
        assertThat(launcher.isAlive()).isTrue();
    }

    private void refuse() {
        try {
            gate.refuse(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<ProcessHandle> criu() {
        return launcher.descendants()
                .filter(process -> process.info().command().orElse("").equals(root + "/criu"))
                .findFirst();
    }
}
