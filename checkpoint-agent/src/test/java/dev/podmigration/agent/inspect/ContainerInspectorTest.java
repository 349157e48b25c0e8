package dev.podmigration.agent.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.Jvm;
import dev.podmigration.api.v1alpha1.Verdict;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Processes as files, in the way that the kernel shows them. */
class ContainerInspectorTest {

    private static final String SHARED =
            "7f0000000000-7f0000400000 rw-s 00000000 00:01 77 /memfd:heap (deleted)";

    @TempDir Path proc;

    private ContainerInspector inspector;

    @BeforeEach
    void begin() {
        inspector = new ContainerInspector(proc);
    }

    @Test
    void a_program_that_is_no_jvm_is_a_process() throws IOException {
        process(1, "7f0000000000-7f0000001000 r-xp 00000000 fe:00 9 /usr/bin/redis-server");

        InspectedContainer container = inspect(1).container();

        assertThat(container.getWorkload()).isEqualTo("Process");
        assertThat(container.getJvm()).isNull();
    }

    @Test
    void a_jvm_is_found_behind_a_shell_and_described() throws IOException {
        process(1);
        process(7, "7f0000000000-7f0000001000 r-xp 0 fe:00 9 /opt/jdk/lib/server/libjvm.so");
        arguments(7, "java", "-Xmx2g", "-XX:+UseG1GC", "-cp", "a.jar:b.jar", "com.example.Main");
        Path release = proc.resolve("7/root/opt/jdk/release");
        Files.createDirectories(release.getParent());
        Files.writeString(release, "IMPLEMENTOR=\"Eclipse\"\nJAVA_VERSION=\"25.0.3\"\nbroken\n");

        InspectedContainer container = inspect(1, 7).container();

        assertThat(container.getWorkload()).isEqualTo("JVM");
        assertThat(container.getProcessId()).isEqualTo(7);
        Jvm jvm = container.getJvm();
        assertThat(jvm.getVersion()).isEqualTo("25.0.3");
        assertThat(jvm.getVendor()).isEqualTo("Eclipse");
        assertThat(jvm.getCollector()).isEqualTo("G1");
        assertThat(jvm.getMaxHeapBytes()).isEqualTo(2L << 30);
        assertThat(jvm.getMainClass()).isEqualTo("com.example.Main");
    }

    @ParameterizedTest
    @CsvSource({
        "java -jar app.jar --port 1, app.jar",
        "java -m com.example/com.example.Main, com.example/com.example.Main",
        "java @options --add-opens java.base/java.lang=ALL-UNNAMED Main x, Main",
        "java --class-path Main.jar Main, Main",
        "java -Xmx1g -version, ''",
        "java -jar, ''",
        "java, ''",
    })
    void the_main_class_is_what_comes_after_the_options(String line, String main) {
        assertThat(JvmReader.mainClass(Arrays.asList(line.split(" ")))).isEqualTo(main);
    }

    @ParameterizedTest
    @CsvSource({
        "-Xmx512m, 536870912",
        "-Xmx4G, 4294967296",
        "-Xmx1048576, 1048576",
        "-Xmx64K, 65536",
        "-Xmx1t, 1099511627776",
        "-Xmx, ",
        "-Xmx99999999999999999999, ",
    })
    void the_largest_heap_is_read_in_all_its_units(String argument, Long bytes) throws IOException {
        process(1, "7f0000000000-7f0000001000 r-xp 0 fe:00 9 /jdk/lib/server/libjvm.so");
        arguments(1, "java", argument, "Main");

        assertThat(inspect(1).container().getJvm().getMaxHeapBytes()).isEqualTo(bytes);
    }

    @Test
    void shared_memory_counts_once_whoever_maps_it() throws IOException {
        process(1, SHARED);
        process(2, SHARED);
        anonymous(1, 100);
        anonymous(2, 50);

        InspectedContainer container = inspect(1, 2).container();

        assertThat(container.getSharedMemoryBytes()).isEqualTo(4L << 20);
        assertThat(container.getMemoryBytes()).isEqualTo((150L << 10) + (4L << 20));
        assertThat(inspector.memoryBytes(List.of(1L, 2L))).isEqualTo(container.getMemoryBytes());
    }

    @Test
    void files_that_are_mapped_shared_are_no_memory_to_be_saved() throws IOException {
        process(1, "7f0000000000-7f0000400000 rw-s 00000000 fe:00 77 /data/store");

        assertThat(inspect(1).container().getSharedMemoryBytes()).isZero();
    }

    @Test
    void io_uring_is_refused_and_inotify_is_warned_of_once() throws IOException {
        process(1);
        process(2);
        descriptor(1, 3, "anon_inode:[io_uring]");
        descriptor(1, 4, "anon_inode:inotify");
        descriptor(2, 4, "anon_inode:inotify");
        descriptor(2, 5, "socket:[4711]");

        assertThat(inspect(1, 2).findings())
                .extracting(Finding::getReason, Finding::getVerdict)
                .containsExactlyInAnyOrder(
                        tuple(FailureReason.IoUringInUse, Verdict.Refused),
                        tuple(FailureReason.InotifyHandle, Verdict.Warning));
    }

    @ParameterizedTest
    @CsvSource({"1048576, false", "1048577, true"})
    void a_deleted_file_is_warned_of_from_crius_limit_on(long size, boolean warned)
            throws IOException {
        process(1);
        Path file = proc.resolve("log (deleted)");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(size);
        }
        descriptor(1, 3, file.toString());

        assertThat(inspect(1).findings())
                .filteredOn(finding -> finding.getReason() == FailureReason.GhostFileTooLarge)
                .hasSize(warned ? 1 : 0);
    }

    @Test
    void a_deleted_file_counts_also_when_it_is_only_mapped() throws IOException {
        process(1, "7f0000000000-7f0000001000 r-xp 00000000 fe:00 9 /tmp/libnetty.so (deleted)");
        Path file = proc.resolve("1/map_files/7f0000000000-7f0000001000");
        Files.createDirectories(file.getParent());
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(2 << 20);
        }

        assertThat(inspect(1).findings())
                .extracting(Finding::getReason)
                .containsExactly(FailureReason.GhostFileTooLarge);
    }

    @Test
    void unpacked_libraries_and_the_file_for_tools_are_noticed() throws IOException {
        process(
                1,
                "7f0000000000-7f0000001000 r-xp 0 fe:00 9 /jdk/lib/server/libjvm.so",
                "7f1000000000-7f1000001000 r-xp 00000000 fe:00 9 /tmp/libnetty.so (deleted)",
                "7f2000000000-7f2000300000 rwxp 00000000 00:00 0",
                "7f3000000000-7f3000008000 rw-s 00000000 fe:00 10 /tmp/hsperfdata_app/1");
        Files.writeString(proc.resolve("1/status"), "Name:\tjava\nThreads:\t27\n");

        Jvm jvm = inspect(1).container().getJvm();

        assertThat(jvm.getDeletedLibraries()).containsExactly("/tmp/libnetty.so");
        assertThat(jvm.isPerfData()).isTrue();
        assertThat(jvm.getCodeCacheBytes()).isEqualTo(3 << 20);
        assertThat(jvm.getThreads()).isEqualTo(27);
    }

    @Test
    void a_member_of_a_multicast_group_is_warned_of() throws IOException {
        process(1);
        Files.createDirectories(proc.resolve("1/net"));
        Files.writeString(
                proc.resolve("1/net/igmp"),
                "2\teth0      :     2      V3\n\t\t\t\t030201EF     1 0:00000000\t\t0\n");

        assertThat(inspect(1).findings())
                .singleElement()
                .satisfies(
                        finding -> {
                            assertThat(finding.getReason())
                                    .isEqualTo(FailureReason.MulticastMembership);
                            assertThat(finding.getMessage()).contains("239.1.2.3");
                        });
    }

    @Test
    void a_process_that_has_ended_is_nothing() throws IOException {
        InspectedContainer container = inspect(4711).container();

        assertThat(container.getMemoryBytes()).isZero();
        assertThat(container.getWorkload()).isEqualTo("Process");
    }

    private ContainerInspector.Inspection inspect(long... pids) throws IOException {
        return inspector.inspect("main", Arrays.stream(pids).boxed().toList());
    }

    private void process(long pid, String... maps) throws IOException {
        Files.createDirectories(proc.resolve(pid + "/fd"));
        Files.writeString(proc.resolve(pid + "/maps"), String.join("\n", maps) + "\n");
    }

    private void arguments(long pid, String... arguments) throws IOException {
        Files.writeString(proc.resolve(pid + "/cmdline"), String.join("\0", arguments) + "\0");
    }

    private void anonymous(long pid, long kibibytes) throws IOException {
        Files.writeString(
                proc.resolve(pid + "/smaps_rollup"),
                "Rss:    999 kB\nAnonymous:    " + kibibytes + " kB\n");
    }

    private void descriptor(long pid, int number, String target) throws IOException {
        Files.createSymbolicLink(proc.resolve(pid + "/fd/" + number), Path.of(target));
    }
}
