package dev.podmigration.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

class LinuxProcessesTest {
    @Test
    void a_signal_reaches_the_process() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sleep", "60").start();
        try {
            assertThat(Signal.processExists(process.pid())).isTrue();

            Signal.KILL.send(process.pid());

            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(128 + 9);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void a_process_that_is_gone_is_told_apart() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();

        assertThat(Signal.processExists(process.pid())).isFalse();
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> Signal.TERMINATE.send(process.pid()))
                .satisfies(e -> assertThat(e.errnoName()).isEqualTo("ESRCH"));
    }

    @Test
    void a_reference_never_means_another_process() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sleep", "60").start();
        try (ProcessReference reference = ProcessReference.to(process.pid())) {
            reference.send(Signal.QUIT);

            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(128 + 3);
            assertThatExceptionOfType(ErrnoException.class)
                    .isThrownBy(() -> reference.send(Signal.KILL))
                    .satisfies(e -> assertThat(e.errnoName()).isEqualTo("ESRCH"));
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void groups_of_processes_cannot_be_addressed() {
        assertThatIllegalArgumentException().isThrownBy(() -> Signal.KILL.send(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Signal.KILL.send(0));
    }
}
