package dev.podmigration.agent.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.concurrent.CompletableFuture;

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
