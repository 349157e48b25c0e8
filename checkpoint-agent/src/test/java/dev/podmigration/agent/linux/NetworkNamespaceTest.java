package dev.podmigration.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

class NetworkNamespaceTest {
    private static final Path OWN = Path.of("/proc/thread-self/ns/net");

    private Process holder;

    @BeforeEach
    void startProcessInItsOwnNamespace() throws IOException, InterruptedException {
        assumeTrue(Root.here(), "needs root");
        holder = new ProcessBuilder("unshare", "--net", "sleep", "60").start();
        Path namespace = Path.of("/proc/" + holder.pid() + "/ns/net");
        for (int i = 0; i < 500 && sameAsOurs(namespace); i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(sameAsOurs(namespace)).isFalse();
    }

    @AfterEach
    void endProcess() {
        if (holder != null) {
            holder.destroyForcibly();
        }
    }

    @Test
    void work_runs_inside_and_the_caller_stays_outside() throws IOException, InterruptedException {
        Path before = Files.readSymbolicLink(OWN);
        try (NetworkNamespace namespace = NetworkNamespace.ofProcess(holder.pid())) {
            List<String> interfaces = namespace.call(NetworkNamespaceTest::interfaces);
            Path inside = namespace.call(() -> Files.readSymbolicLink(OWN));

            assertThat(interfaces).containsExactly("lo");
            assertThat(inside)
                    .isEqualTo(
                            Files.readSymbolicLink(Path.of("/proc/" + holder.pid() + "/ns/net")));
        }
        assertThat(Files.readSymbolicLink(OWN)).isEqualTo(before);
    }

    @Test
    void a_program_started_inside_stays_inside() throws IOException, InterruptedException {
        try (NetworkNamespace namespace = NetworkNamespace.ofProcess(holder.pid())) {
            Process program =
                    namespace.call(
                            () -> new ProcessBuilder("readlink", "/proc/self/ns/net").start());

            assertThat(program.inputReader().readLine())
                    .isEqualTo(
                            Files.readSymbolicLink(Path.of("/proc/" + holder.pid() + "/ns/net"))
                                    .toString());
        }
    }

    @Test
    void the_namespace_outlives_its_last_process() throws IOException, InterruptedException {
        try (NetworkNamespace namespace = NetworkNamespace.ofProcess(holder.pid())) {
            holder.destroyForcibly().waitFor();

            assertThat(namespace.call(NetworkNamespaceTest::interfaces)).containsExactly("lo");
        }
    }

    @Test
    void a_new_namespace_is_empty_and_belongs_to_its_descriptor() throws Exception {
        Path own = Files.readSymbolicLink(OWN);
        try (NetworkNamespace fresh = NetworkNamespace.create()) {
            assertThat(fresh.call(NetworkNamespaceTest::interfaces)).containsExactly("lo");
            assertThat(fresh.call(() -> Files.readSymbolicLink(OWN))).isNotEqualTo(own);
        }
        assertThat(Files.readSymbolicLink(OWN)).isEqualTo(own);
    }

    @Test
    void failures_of_the_work_reach_the_caller_as_they_are() throws IOException {
        try (NetworkNamespace namespace = NetworkNamespace.ofProcess(holder.pid())) {
            assertThatExceptionOfType(ErrnoException.class)
                    .isThrownBy(() -> namespace.call(() -> FileStatus.of(Path.of("/missing"))));
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(
                            () ->
                                    namespace.call(
                                            () -> {
                                                throw new IllegalStateException("mine");
                                            }))
                    .withMessage("mine");
        }
    }

    @Test
    void something_that_is_no_namespace_is_refused() throws IOException {
        try (NetworkNamespace wrong = NetworkNamespace.open(Path.of("/proc/self/status"))) {
            assertThatExceptionOfType(ErrnoException.class)
                    .isThrownBy(() -> wrong.call(() -> 1))
                    .satisfies(e -> assertThat(e.call()).isEqualTo("setns"));
        }
    }

    @Test
    void a_closed_namespace_cannot_be_entered() throws IOException {
        NetworkNamespace namespace = NetworkNamespace.ofProcess(holder.pid());
        namespace.close();
        namespace.close();

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> namespace.call(() -> 1));
    }

    private static List<String> interfaces() throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/net/dev")).stream()
                .skip(2)
                .map(line -> line.substring(0, line.indexOf(':')).strip())
                .toList();
    }

    private static boolean sameAsOurs(Path namespace) throws IOException {
        return Files.readSymbolicLink(namespace).equals(Files.readSymbolicLink(OWN));
    }
}
