package dev.podmigration.agent.launcher;

import static dev.podmigration.agent.launcher.ScriptNode.ID;
import static dev.podmigration.agent.launcher.ScriptNode.UID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

class HookScriptTest {

    @TempDir Path root;

    private ScriptNode node;
    private final BlockingQueue<HookEvent> events = new LinkedBlockingQueue<>();
    private final List<HookChannel> channels = new ArrayList<>();

    @BeforeEach
    void makeNode() throws IOException {
        node = new ScriptNode(root);
    }

    @AfterEach
    void stop() throws IOException {
        for (HookChannel channel : channels) {
            channel.close();
        }
        node.stop();
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash --posix"})
    void aDumpIsToldToTheAgentWithoutStartingAnyProgram(String shell) throws Exception {
        Path images = dumpImages();
        listenToDump();
        node.takeToolsAway();

        assertThat(exitCode(call(shell, "status-ready", images))).isZero();
        assertThat(exitCode(call(shell, "network-lock", images))).isZero();

        assertThat(event().action()).isEqualTo(HookAction.STATUS_READY);
        HookEvent second = event();
        assertThat(second.action()).isEqualTo(HookAction.NETWORK_LOCK);
        assertThat(second.initPid()).isEqualTo(4711);
    }

    @ParameterizedTest
    @CsvSource({
        "pre-dump, true, 0",
        "pre-dump, false, 1",
        "post-dump, true, 0",
        "post-dump, false, 1"
    })
    void aDumpWaitsForTheDecision(String action, boolean answer, int expected) throws Exception {
        HookChannel channel = listenToDump();
        Process hook = call("dash", action, dumpImages());
        HookEvent question = event();
        assertThat(hook.waitFor(200, TimeUnit.MILLISECONDS)).isFalse();

        channel.answer(question, answer);

        assertThat(exitCode(hook)).isEqualTo(expected);
        assertThat(channel.waiting()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = HookAction.class,
            names = {"POST_RESTORE", "PRE_RESUME"})
    void aRestoreWaitsWhereItDecides(HookAction action) throws Exception {
        RestoreGate gate = RestoreGate.open(node.directories, UID, "app");
        HookChannel channel = listen(HookChannel.ofRestore(gate, events::add));
        Process hook = call("dash", action.text(), gate.images());
        HookEvent question = event();
        assertThat(question.action()).isEqualTo(action);
        assertThat(hook.isAlive()).isTrue();

        channel.answer(question, true);

        assertThat(exitCode(hook)).isZero();
    }

    @Test
    void theImagesAreFoundThroughADescriptorOfCriu() throws Exception {
        RestoreGate gate = RestoreGate.open(node.directories, UID, "app");
        listen(HookChannel.ofRestore(gate, events::add));
        Process criu =
                new ProcessBuilder("dash", "-c", "exec 3<" + gate.images() + "; read -r line")
                        .start();
        node.started.add(criu);
        Path directory = Path.of("/proc/" + criu.pid() + "/fd/3");
        await().until(() -> Files.exists(directory));

        assertThat(exitCode(call("dash", "post-resume", Path.of(directory + "/")))).isZero();

        assertThat(event().action()).isEqualTo(HookAction.POST_RESUME);
    }

    @Test
    void otherUsersOfCriuAreLeftAlone() throws Exception {
        Path elsewhere = Files.createDirectories(root.resolve("home/images"));
        Path otherContainer =
                Files.createDirectories(root.resolve("storage/" + "b".repeat(64) + "/checkpoint"));
        for (String action : List.of("post-dump", "post-restore")) {
            assertThat(exitCode(call("dash", action, elsewhere))).isZero();
            assertThat(exitCode(call("dash", action, otherContainer))).isZero();
            assertThat(exitCode(call("dash", action, root.resolve("not-there")))).isZero();
        }
    }

    @Test
    void anOperationOfTheAgentWhosePipesAreGoneFails() throws Exception {
        RestoreGate gate = RestoreGate.open(node.directories, UID, "app");
        Files.delete(gate.directory().resolve("hook.out"));
        assertThat(exitCode(call("dash", "post-restore", gate.images()))).isEqualTo(1);
    }

    @Test
    void aHookWaitsForAnAgentThatIsAway() throws Exception {
        listenToDump().close();
        Process hook = call("dash", "post-dump", dumpImages());
        assertThat(hook.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();

        HookChannel again = listenToDump();
        HookEvent question = event();
        assertThat(question.hookPid()).isEqualTo(hook.pid());
        again.answer(question, true);

        assertThat(exitCode(hook)).isZero();
        assertThat(events).as("the question came once").isEmpty();
    }

    @Test
    void aQuestionIsAskedAgainAfterTheAgentWasRestarted() throws Exception {
        HookChannel before = listenToDump();
        Process hook = call("dash", "post-dump", dumpImages());
        HookEvent question = event();
        before.close();

        HookChannel after = listenToDump();
        assertThat(event()).isEqualTo(question);
        assertThat(after.waiting()).contains(question);
        after.answer(question, false);

        assertThat(exitCode(hook)).isEqualTo(1);
    }

    @Test
    void aHookThatWasKilledIsNotTakenForAWaitingOne() throws Exception {
        HookChannel before = listenToDump();
        Process hook = call("dash", "post-dump", dumpImages());
        event();
        before.close();
        hook.destroyForcibly().waitFor();

        HookChannel after = listenToDump();

        assertThat(after.waiting()).isEmpty();
        assertThat(events.poll(200, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void anAnswerForAHookThatDiedIsNotKeptForTheNextOne() throws Exception {
        HookChannel channel = listenToDump();
        Process dead = call("dash", "post-dump", dumpImages());
        HookEvent question = event();
        dead.destroyForcibly().waitFor();
        channel.answer(question, true);

        Process next = call("dash", "post-dump", dumpImages());
        HookEvent second = event();
        assertThat(next.waitFor(200, TimeUnit.MILLISECONDS)).isFalse();
        channel.answer(second, false);

        assertThat(exitCode(next)).isEqualTo(1);
    }

    @Test
    void aListenerThatFailsDoesNotStopTheNextEvents() throws Exception {
        List<HookEvent> failed = new ArrayList<>();
        listen(
                HookChannel.ofDump(
                        node.directories,
                        ID,
                        event -> {
                            if (failed.isEmpty()) {
                                failed.add(event);
                                throw new IllegalStateException("as the test wants");
                            }
                            events.add(event);
                        }));
        exitCode(call("dash", "network-lock", dumpImages()));
        exitCode(call("dash", "network-unlock", dumpImages()));
        assertThat(event().action()).isEqualTo(HookAction.NETWORK_UNLOCK);
    }

    @Test
    void aRemovedChannelFailsTheHookThatWaitsAndLeavesNothing() throws Exception {
        HookChannel channel = listenToDump();
        Process hook = call("dash", "post-dump", dumpImages());
        event();

        channel.remove();

        assertThat(exitCode(hook)).isEqualTo(1);
        assertThat(node.directories.dump(ID)).doesNotExist();
    }

    @Test
    void aHookThatHasOpenedThePipesButNotAskedIsNotLeftWaitingWhenTheyAreRemoved()
            throws Exception {
        HookChannel channel = listenToDump();
        Path pipes = node.directories.dump(ID);
        Path opened = root.resolve("opened");
        Process hook =
                new ProcessBuilder(
                                "dash",
                                "-c",
                                "exec 8<>\"$0/hook.out\"; true >\"$1\"; read -r answer <&8;"
                                        + " [ \"$answer\" = no ]",
                                pipes.toString(),
                                opened.toString())
                        .start();
        node.started.add(hook);
        await().until(() -> Files.exists(opened));

        channel.remove();

        assertThat(exitCode(hook)).isZero();
        assertThat(pipes.getParent()).isEmptyDirectory();
    }

    @Test
    void hooksOfADumpThatIsOverAreToldNoWheneverTheyCome() throws Exception {
        listenToDump().close();
        HookChannel channel = HookChannel.refusing(node.directories, ID).orElseThrow();
        channels.add(channel);

        assertThat(exitCode(call("dash", "pre-dump", dumpImages()))).isEqualTo(1);
        assertThat(exitCode(call("dash", "network-lock", dumpImages()))).isZero();
        assertThat(exitCode(call("dash", "post-dump", dumpImages()))).isEqualTo(1);

        channel.remove();
        assertThat(HookChannel.refusing(node.directories, ID)).isEmpty();
    }

    @Test
    void onlyQuestionsCanBeAnswered() throws Exception {
        HookChannel channel = listenToDump();
        assertThatThrownBy(() -> channel.answer(new HookEvent(HookAction.NETWORK_LOCK, 1, 2), true))
                .isInstanceOf(IllegalStateException.class);
    }

    private Path dumpImages() throws IOException {
        return Files.createDirectories(
                root.resolve("storage/overlay-containers/" + ID + "/userdata/checkpoint"));
    }

    private HookChannel listenToDump() throws IOException {
        return listen(HookChannel.ofDump(node.directories, ID, events::add));
    }

    private HookChannel listen(HookChannel channel) {
        channels.add(channel);
        return channel;
    }

    private HookEvent event() throws InterruptedException {
        @Nullable HookEvent event = events.poll(10, TimeUnit.SECONDS);
        assertThat(event).as("an event of the hook").isNotNull();
        return event;
    }

    private Process call(String shell, String action, Path images) throws IOException {
        List<String> command = new ArrayList<>(List.of(shell.split(" ")));
        command.add(root.resolve("var/lib/podmigration/bin/hook").toString());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(root.resolve("hook-output").toFile());
        builder.environment().clear();
        builder.environment().put("PATH", "/nonexistent");
        builder.environment().put("CRTOOLS_SCRIPT_ACTION", action);
        builder.environment().put("CRTOOLS_IMAGE_DIR", images.toString());
        builder.environment().put("CRTOOLS_INIT_PID", "4711");
        Process process = builder.start();
        node.started.add(process);
        return process;
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).as("the hook ended").isTrue();
        return process.exitValue();
    }
}
