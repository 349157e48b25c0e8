package dev.podmigration.agent.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.podmigration.agent.testnode.InstalledJdks;
import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.Jvm;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Real JVMs, of every JDK of this machine and with every collector that each of them has. */
class RealJvmTest {

    private static final Path PROC = Path.of("/proc");

    /** One listening socket, one connection with both ends, and a heap of known size. */
    private static final String PROGRAM =
            """
            import java.net.*;
            public class Held {
              public static void main(String[] a) throws Exception {
                ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket one = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket other = server.accept();
                System.out.println("ready");
                System.in.read();
                one.close(); other.close(); server.close();
              }
            }
            """;

    private static final List<String> TESTED = new ArrayList<>();

    @TempDir Path directory;

    static Stream<Arguments> jvms() throws IOException {
        return InstalledJdks.homes().stream()
                .flatMap(
                        home ->
                                Stream.of("G1", "Serial", "Parallel", "Z")
                                        .map(collector -> Arguments.of(home, collector)));
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void whatAJvmIsIsReadFromOutside(Path home, String collector) throws IOException {
        assumeTrue(Files.isReadable(PROC.resolve("self/maps")), "no /proc");
        Process process = start(home, collector);
        try (BufferedReader output = process.inputReader(UTF_8)) {
            assertThat(output.readLine()).isEqualTo("ready");

            InspectedContainer container =
                    new ContainerInspector(PROC)
                            .inspect("main", List.of(process.pid()))
                            .container();

            Jvm jvm = container.getJvm();
            assertThat(container.getWorkload()).isEqualTo("JVM");
            assertThat(jvm.getCollector()).isEqualTo(collector);
            assertThat(jvm.getMaxHeapBytes()).isEqualTo(64 << 20);
            assertThat(jvm.getThreads()).isGreaterThan(5);
            assertThat(jvm.getCodeCacheBytes()).isBetween(1L << 20, 300L << 20);
            assertThat(jvm.getDeletedLibraries()).isEmpty();
            assertThat(jvm.isPerfData()).isTrue();
            assertThat(container.getSocketsByState())
                    .containsEntry("LISTEN", 1)
                    .containsEntry("ESTABLISHED", 2);
            assertThat(jvm.getVersion()).isNotBlank();
            TESTED.add(
                    "| %s | %s | %s | %d MiB | %d MiB | %d |"
                            .formatted(
                                    jvm.getVersion(),
                                    jvm.getVendor(),
                                    collector,
                                    jvm.getHeapBytes() == null ? 0 : jvm.getHeapBytes() >> 20,
                                    jvm.getCodeCacheBytes() >> 20,
                                    jvm.getThreads()));
        } finally {
            process.destroyForcibly();
        }
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void whatTheCommandLineLeavesOpenTheJvmTellsItself(Path home, String collector)
            throws IOException {
        // The kernel shows this link only to those who may trace.
        assumeTrue(Files.isReadable(PROC.resolve("self/map_files")), "no right to see map_files");
        Process process = start(home, collector, "JDK_JAVA_OPTIONS");
        try (BufferedReader output = process.inputReader(UTF_8)) {
            assertThat(output.readLine()).isEqualTo("ready");

            Jvm jvm =
                    new ContainerInspector(PROC)
                            .inspect("main", List.of(process.pid()))
                            .container()
                            .getJvm();

            assertThat(jvm.getCollector()).isEqualTo(collector);
            assertThat(jvm.getHeapBytes()).isBetween(1L << 20, 64L << 20);
        } finally {
            process.destroyForcibly();
        }
    }

    /** For people: what the last run has tested. */
    @AfterAll
    static void writeTable() throws IOException {
        Path table = Path.of("target/tested-jvms.md");
        Files.createDirectories(table.getParent());
        Files.writeString(
                table,
                "| version | vendor | collector | heap | code cache | threads |\n"
                        + "|---|---|---|---|---|---|\n"
                        + String.join("\n", TESTED)
                        + "\n");
    }

    private Process start(Path home, String collector) throws IOException {
        return builder(home, List.of("-XX:+Use" + collector + "GC", "-Xmx64m")).start();
    }

    /** Nothing of it stands in the command line. */
    private Process start(Path home, String collector, String variable) throws IOException {
        ProcessBuilder builder = builder(home, List.of());
        builder.environment().put(variable, "-XX:+Use" + collector + "GC -Xmx64m");
        return builder.start();
    }

    private ProcessBuilder builder(Path home, List<String> options) throws IOException {
        Path program = Files.writeString(directory.resolve("Held.java"), PROGRAM);
        List<String> command = new ArrayList<>(List.of(home.resolve("bin/java").toString()));
        command.addAll(options);
        command.add(program.toString());
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().remove("JDK_JAVA_OPTIONS");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    }
}
