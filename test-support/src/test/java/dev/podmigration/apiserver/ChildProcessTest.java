package dev.podmigration.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class ChildProcessTest {
    private static final Path SHELL = Path.of("/bin/sh");

    @TempDir private Path directory;

    @Test
    void theProgramEndsWhenItIsClosed() throws Exception {
        var pidFile = directory.resolve("pid");
        var child =
                ChildProcess.start(
                        directory,
                        SHELL,
                        List.of("-c", "echo $$ > '" + pidFile + "'; exec sleep 600"));
        await().until(() -> Files.exists(pidFile) && Files.size(pidFile) > 0);
        var program = ProcessHandle.of(Long.parseLong(Files.readString(pidFile).strip()));
        assertThat(program).get().matches(ProcessHandle::isAlive);
        child.checkAlive();
        child.close();
        await().until(() -> !program.get().isAlive());
    }

    @Test
    void aProgramThatEndsByItselfIsReportedWithItsLastWords() {
        try (var child =
                ChildProcess.start(directory, SHELL, List.of("-c", "echo no disk >&2; exit 3"))) {
            await().untilAsserted(
                            () ->
                                    assertThatThrownBy(child::checkAlive)
                                            .hasMessageContaining("sh ended")
                                            .hasMessageContaining("no disk"));
        }
    }
}
