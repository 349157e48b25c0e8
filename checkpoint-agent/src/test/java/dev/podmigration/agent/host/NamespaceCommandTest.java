package dev.podmigration.agent.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

class NamespaceCommandTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final HostCommand command = NamespaceCommand.own();

    @Test
    void bothStreamsAndTheExitCodeAreReturned() throws Exception {
        CommandResult result = command.run(LIMIT, "sh", "-c", "echo out; echo err >&2; exit 3");
        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.output()).isEqualTo("out\n");
        assertThat(result.error()).isEqualTo("err\n");
    }

    @Test
    void aFailureCanBeMadeAnExceptionThatNamesTheCause() {
        assertThatThrownBy(
                        () ->
                                command.run(LIMIT, "sh", "-c", "echo no such thing >&2; exit 1")
                                        .orThrow())
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("exit code 1")
                .hasMessageContaining("no such thing");
    }

    @Test
    void moreOutputThanIsKeptDoesNotBlockTheProgram() throws Exception {
        CommandResult result = command.run(LIMIT, "head", "-c", "3000000", "/dev/zero");
        assertThat(result.exitCode()).isZero();
        assertThat(result.output()).hasSize(HostCommand.MAX_OUTPUT_BYTES);
    }

    @Test
    void aProgramThatDoesNotEndIsKilledWithItsChildren(@TempDir Path directory) throws Exception {
        Path pid = directory.resolve("pid");
        assertThatThrownBy(
                        () ->
                                command.run(
                                        Duration.ofSeconds(1),
                                        "sh",
                                        "-c",
                                        "sleep 60 & echo $! > " + pid + "; echo started; wait"))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("no end within");
        long child = Long.parseLong(Files.readString(pid).strip());
        // Gone, or a zombie that process 1 has yet to collect: its command line is empty then.
        await().untilAsserted(
                        () ->
                                assertThat(Path.of("/proc/" + child + "/cmdline"))
                                        .satisfiesAnyOf(
                                                file -> assertThat(file).doesNotExist(),
                                                file ->
                                                        assertThat(Files.readString(file))
                                                                .isEmpty()));
    }

    @Test
    void aDetachedChildThatHoldsTheStreamsDoesNotHoldTheCaller(@TempDir Path directory)
            throws Exception {
        Path pid = directory.resolve("pid");
        CommandResult result =
                command.run(
                        LIMIT, "sh", "-c", "setsid sleep 60 & echo $! > " + pid + "; echo done");
        assertThat(result.output()).isEqualTo("done\n");
        ProcessHandle child =
                ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
        assertThat(child.isAlive()).isTrue();
        child.destroyForcibly();
    }

    @Test
    void aMissingProgramIsAFailedCommand() {
        assertThatThrownBy(() -> command.run(LIMIT, "/no/such/program"))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("cannot be started");
    }

    @Test
    void nothingOfTheAgentsEnvironmentReachesTheNode() throws Exception {
        assertThat(command.run(LIMIT, "env").output().lines())
                .contains("LC_ALL=C")
                .noneMatch(line -> line.startsWith("HOME="));
    }
}
