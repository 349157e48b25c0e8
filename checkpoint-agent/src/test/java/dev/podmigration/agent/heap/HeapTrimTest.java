package dev.podmigration.agent.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.podmigration.agent.commit.RecordStore;
import dev.podmigration.agent.inspect.JvmProcess;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.spi.ToolProvider;

/** With real JVMs, of every JDK of this machine. */
class HeapTrimTest {

    private static final Path PROC = Path.of("/proc");
    private static final Path JAVA = Path.of(System.getProperty("java.home"));

    /** What a JVM has of itself, beside its heap, with room for what differs between versions. */
    private static final long WITHOUT_GARBAGE = 128L << 20;

    /** 20 MiB that live, after 600 MiB that do not. */
    private static final String PROGRAM =
            """
            import java.util.*;
            public class Garbage {
              static final byte[][] ALIVE = new byte[320][];
              public static void main(String[] a) throws Exception {
                for (int i = 0; i < ALIVE.length; i++) ALIVE[i] = new byte[65536];
                List<byte[]> recent = new ArrayList<>();
                for (long made = 0; made < 600L << 20; made += 30_000) {
                  recent.add(new byte[30_000]);
                  if (recent.size() > 5000) recent.subList(0, 2500).clear();
                }
                recent = null;
                System.out.println("ready");
                System.in.read();
              }
            }
            """;

    @TempDir private static Path classes;
    @TempDir private Path directory;
    private HeapTrim heaps;
    private final List<Process> started = new ArrayList<>();

    @BeforeAll
    static void compile() throws IOException {
        Path source = Files.writeString(classes.resolve("Garbage.java"), PROGRAM);
        int result =
                ToolProvider.findFirst("javac")
                        .orElseThrow()
                        .run(System.out, System.err, "--release", "17", source.toString());
        assertThat(result).isZero();
    }

    @BeforeEach
    void open() throws IOException {
        assumeTrue(Files.isReadable(PROC.resolve("self/map_files")), "no right to see map_files");
        heaps = new HeapTrim(PROC, directory.resolve("heaps"));
    }

    @AfterEach
    void end() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.podmigration.agent.testnode.InstalledJdks#homes")
    void garbageIsGivenBackAndTheJvmIsConfiguredAsBefore(Path home) throws Exception {
        JvmProcess jvm = start(home, "-XX:+UseG1GC", "-Xmx512m", "-XX:MaxHeapFreeRatio=65");
        assertThat(jvm.residentBytes()).isGreaterThan(WITHOUT_GARBAGE + (64 << 20));

        Trimmed trimmed = heaps.trim(jvm).orElseThrow();

        System.out.println(home + ": " + trimmed);
        assertThat(jvm.residentBytes()).isLessThan(WITHOUT_GARBAGE);
        assertThat(trimmed.saved()).isGreaterThan(64 << 20);
        AttachedJvm attached = AttachedJvm.attach(jvm);
        assertThat(attached.flag("MinHeapFreeRatio")).contains("40");
        assertThat(attached.flag("MaxHeapFreeRatio")).contains("65");
        assertThat(attached.flag("G1PeriodicGCInterval")).contains("0");
        assertThat(directory.resolve("heaps")).isEmptyDirectory();
        assertThat(temporary(".attach_pid", jvm)).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-XX:+UseG1GC -Xms512m",
                "-XX:+UseG1GC -XX:+DisableAttachMechanism",
                "-XX:+UseG1GC -XX:-UsePerfData",
                "-XX:+UseParallelGC",
                "-XX:+UseSerialGC",
                "-XX:+UseZGC"
            })
    void whatCannotGiveBackIsNotEvenAsked(String options) throws Exception {
        JvmProcess jvm = start(JAVA, ("-Xmx512m " + options).split(" "));

        assertThat(heaps.trim(jvm)).isEmpty();

        assertThat(jvm.isAlive()).isTrue();
        assertThat(temporary(".java_pid", jvm)).doesNotExist();
        assertThat(directory.resolve("heaps")).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xms512m", "-XX:InitialHeapSize=512m -XX:MinHeapSize=512m"})
    void aSmallestSizeThatTheCommandLineDoesNotShowIsRespected(String size) throws Exception {
        Path options = Files.writeString(directory.resolve("options"), size + " -XX:+UseG1GC");
        JvmProcess jvm = start(JAVA, "-Xmx512m", "@" + options);
        long before = jvm.residentBytes();

        assertThat(heaps.trim(jvm)).isEmpty();

        assertThat(jvm.residentBytes()).isGreaterThan(before / 2);
        assertThat(directory.resolve("heaps")).isEmptyDirectory();
    }

    /** The command line does not show it, and the signal would only make it print its threads. */
    @Test
    void aJvmThatDoesNotListenBecauseOfAVariableIsNotSentTheSignal() throws Exception {
        JvmProcess jvm =
                start(
                        JAVA,
                        Map.of("JDK_JAVA_OPTIONS", "-XX:+DisableAttachMechanism"),
                        "-XX:+UseG1GC",
                        "-Xmx512m");

        assertThat(jvm.listensOnQuit()).isFalse();
        assertThat(heaps.trim(jvm)).isEmpty();
        assertThat(temporary(".attach_pid", jvm)).doesNotExist();
        assertThat(directory.resolve("heaps")).isEmptyDirectory();
    }

    /** It listens to tools from its start, and would end by the signal. */
    @Test
    void aJvmThatDoesNotExpectTheSignalIsNotSentIt() throws Exception {
        JvmProcess jvm = start(JAVA, "-XX:+UseG1GC", "-Xmx512m", "-Xrs");

        assertThat(heaps.trim(jvm)).isPresent();

        assertThat(jvm.isAlive()).isTrue();
    }

    /** G1 would look at another interval only when this one is over. */
    @Test
    void aJvmThatGivesBackByItselfIsLeftToThat() throws Exception {
        JvmProcess jvm =
                start(JAVA, "-XX:+UseG1GC", "-Xmx512m", "-XX:G1PeriodicGCInterval=3600000");

        assertThat(heaps.trim(jvm)).isEmpty();

        AttachedJvm attached = AttachedJvm.attach(jvm);
        assertThat(attached.flag("G1PeriodicGCInterval")).contains("3600000");
        assertThat(attached.flag("MaxHeapFreeRatio")).contains("70");
        assertThat(directory.resolve("heaps")).isEmptyDirectory();
    }

    @Test
    void whatAKilledAgentHasLeftIsPutBackByTheNext() throws Exception {
        JvmProcess jvm = start(JAVA, "-XX:+UseG1GC", "-Xmx512m");
        AttachedJvm attached = AttachedJvm.attach(jvm);
        attached.setFlag("MinHeapFreeRatio", "1");
        attached.setFlag("MaxHeapFreeRatio", "5");
        RecordStore<TrimRecord> records =
                new RecordStore<>(directory.resolve("heaps"), TrimRecord.class);
        TrimRecord record =
                new TrimRecord(
                        jvm.pid(),
                        jvm.startTicks(),
                        List.of(
                                new TrimRecord.Flag("MaxHeapFreeRatio", "70"),
                                new TrimRecord.Flag("MinHeapFreeRatio", "40")));
        records.write(TrimRecord.name(jvm), record);

        heaps.recover();

        assertThat(attached.flag("MinHeapFreeRatio")).contains("40");
        assertThat(attached.flag("MaxHeapFreeRatio")).contains("70");
        assertThat(records.names()).isEmpty();
    }

    @Test
    void aRequestThatAKilledAgentHasLeftIsRemoved() throws Exception {
        JvmProcess jvm = start(JAVA, "-XX:+UseG1GC", "-Xmx512m");
        Files.createFile(temporary(".attach_pid", jvm));
        RecordStore<TrimRecord> records =
                new RecordStore<>(directory.resolve("heaps"), TrimRecord.class);
        TrimRecord record = new TrimRecord(jvm.pid(), jvm.startTicks(), List.of());
        records.write(TrimRecord.name(jvm), record);

        heaps.recover();

        assertThat(temporary(".attach_pid", jvm)).doesNotExist();
        assertThat(records.names()).isEmpty();
    }

    @Test
    void recordsOfProcessesThatHaveEndedAreForgotten() throws Exception {
        JvmProcess jvm = start(JAVA, "-XX:+UseG1GC", "-Xmx512m");
        RecordStore<TrimRecord> records =
                new RecordStore<>(directory.resolve("heaps"), TrimRecord.class);
        TrimRecord.Flag flag = new TrimRecord.Flag("MaxHeapFreeRatio", "11");
        TrimRecord before = new TrimRecord(jvm.pid(), jvm.startTicks() - 1, List.of(flag));
        records.write(before.pid() + "-" + before.startTicks(), before);

        heaps.recover();

        assertThat(AttachedJvm.attach(jvm).flag("MaxHeapFreeRatio")).contains("70");
        assertThat(records.names()).isEmpty();
    }

    /** The socket belongs to the container: anybody in it may have made it. */
    @ParameterizedTest
    @ValueSource(strings = {"0\n-XX:MinHeapSize=../../x\n", "nonsense", "", "0\n\n"})
    void anAnswerThatIsNoneLeavesTheHeapAsItIs(String answer) throws Exception {
        JvmProcess jvm = start(JAVA, "-XX:+UseG1GC", "-Xmx512m");
        Path socket = temporary(".java_pid", jvm);
        try (ServerSocketChannel impostor = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            impostor.bind(UnixDomainSocketAddress.of(socket));
            Thread.ofVirtual().start(() -> answerAll(impostor, answer));

            assertThat(heaps.trim(jvm)).isEmpty();

            assertThat(directory.resolve("heaps")).isEmptyDirectory();
        } finally {
            Files.deleteIfExists(socket);
        }
    }

    private static void answerAll(ServerSocketChannel server, String answer) {
        try {
            while (true) {
                try (SocketChannel channel = server.accept()) {
                    channel.read(ByteBuffer.allocate(1024));
                    channel.write(ByteBuffer.wrap(answer.getBytes(UTF_8)));
                }
            }
        } catch (IOException closed) {
            // The test has ended.
        }
    }

    private static Path temporary(String prefix, JvmProcess jvm) throws IOException {
        return Path.of("/tmp", prefix + jvm.pidInContainer());
    }

    private JvmProcess start(Path home, String... options) throws IOException {
        return start(home, Map.of(), options);
    }

    private JvmProcess start(Path home, Map<String, String> variables, String... options)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(home.resolve("bin/java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", classes.toString(), "Garbage"));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().remove("JDK_JAVA_OPTIONS");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().putAll(variables);
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        started.add(process);
        assertThat(process.inputReader(UTF_8).readLine()).isEqualTo("ready");
        Optional<JvmProcess> jvm = JvmProcess.of(PROC, process.pid());
        return jvm.orElseThrow();
    }
}
