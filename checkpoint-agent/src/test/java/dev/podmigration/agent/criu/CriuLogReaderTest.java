package dev.podmigration.agent.criu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The error lines of logs that crun 1.28 with CRIU 4.2.1 wrote, each provoked by a small program.
 */
class CriuLogReaderTest {

    @TempDir Path directory;

    private final CriuLogReader reader = new CriuLogReader();

    enum Dump {
        CONNECTED_SOCKET(
                FailureReason.ConnectedTcpSocket,
                "inet: Connected TCP socket, consider",
                """
                (00.002924) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted
                (00.012248) Error (criu/sk-inet.c:200): inet: Connected TCP socket, consider using --tcp-established option.
                (00.012258) Error (criu/cr-dump.c:1545): Dump files (pid: 5541) failed with -1
                (00.059790) Error (criu/cr-dump.c:1975): Dumping FAILED.
                """),
        GHOST_FILE(
                FailureReason.GhostFileTooLarge,
                "Can't dump ghost file /data/g of 3002368 size",
                """
                (00.042887) Error (criu/files-reg.c:1031): Can't dump ghost file /data/g of 3002368 size, increase limit
                (00.042895) Error (criu/cr-dump.c:1545): Dump files (pid: 5611) failed with -1
                (00.113536) Error (criu/util.c:657): exited, status=4
                (00.121333) Error (criu/util.c:657): exited, status=4
                (00.121417) Error (criu/cr-dump.c:1975): Dumping FAILED.
                """),
        FILE_LOCK(
                FailureReason.CheckpointFailed,
                "Some file locks are hold",
                """
                (00.026582) Error (criu/file-lock.c:110): Some file locks are hold by dumping tasks! You can try --file-locks to dump them.
                (00.108120) Error (criu/cr-dump.c:1975): Dumping FAILED.
                """),
        MULTIPATH_TCP(
                FailureReason.UnsupportedSocket,
                "inet: Unsupported proto 262",
                """
                (00.009413) Error (criu/sk-inet.c:137): inet: Unsupported proto 262 for socket 164845
                (00.009415) Error (criu/sk-inet.c:139): inet: For Go programs, consider using "GODEBUG=multipathtcp=0" to disable MPTCP
                (00.009422) Error (criu/cr-dump.c:1545): Dump files (pid: 5662) failed with -1
                (00.069373) Error (criu/cr-dump.c:1975): Dumping FAILED.
                """),
        VIRTUAL_SOCKET(
                FailureReason.UnsupportedSocket,
                "sockets: BUG! Unknown socket collected (family 40)",
                """
                (00.009074) Error (criu/sockets.c:767): sockets: BUG! Unknown socket collected (family 40)
                (00.009081) Error (criu/cr-dump.c:1545): Dump files (pid: 5684) failed with -1
                """),
        FILE_WATCH(
                FailureReason.InotifyHandle,
                "fsnotify: \tCan't dump that handle",
                """
                (00.258582) Error (criu/fsnotify.c:284): fsnotify: 	Can't dump that handle
                (00.258599) Error (criu/cr-dump.c:1545): Dump files (pid: 5717) failed with -1
                """),
        IO_URING(
                FailureReason.IoUringInUse,
                "send_fds failed (-22)",
                """
                (00.001435) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted
                pie: 1: Error (criu/pie/parasite.c:588): send_fds failed (-22)
                (00.151060) Error (criu/parasite-syscall.c:280): Can't retrieve FDs from socket
                (00.151063) Error (compel/src/lib/infect-rpc.c:44): Message reply from daemon is trimmed (12/0)
                """),
        DEVICE(
                FailureReason.DeviceInUse,
                "Can't dump file 3 of that type [20600] (chr 10:229)",
                """
                (00.023916) Error (criu/files-ext.c:94): Can't dump file 3 of that type [20600] (chr 10:229)
                (00.023925) Error (criu/cr-dump.c:1545): Dump files (pid: 5761) failed with -1
                """),
        MOUNT(
                FailureReason.ExternalMount,
                "mnt: FS mnt ./tmp/r dev 0x4b root / unsupported id 138",
                """
                (00.036989) Error (criu/mount.c:724): mnt: FS mnt ./tmp/r dev 0x4b root / unsupported id 138
                (00.117511) Error (criu/cr-dump.c:1975): Dumping FAILED.
                """),
        REMOVED_NAME(
                FailureReason.CheckpointFailed,
                "Can't create link remap for /data/n",
                """
                (00.030756) Error (criu/files-reg.c:1122): Can't create link remap for /data/n. Use link-remap option.
                (00.030764) Error (criu/cr-dump.c:1545): Dump files (pid: 12421) failed with -1
                """),
        FILE_OUTSIDE(
                FailureReason.CheckpointFailed,
                "Can't lookup mount=110 for fd=1",
                """
                (00.000829) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted
                (00.009435) Error (criu/files-reg.c:1790): Can't lookup mount=110 for fd=1 path=/run/x/out
                (00.009443) Error (criu/cr-dump.c:1545): Dump files (pid: 5355) failed with -1
                """);

        private final FailureReason reason;
        private final String message;
        private final String log;

        Dump(FailureReason reason, String message, String log) {
            this.reason = reason;
            this.message = message;
            this.log = log;
        }
    }

    enum Restore {
        CONNECTED_SOCKET(
                FailureReason.ConnectedTcpSocket,
                "inet: Connected TCP socket in image",
                """
                (00.018382)      1: Error (criu/sk-inet.c:912): inet: Connected TCP socket in image
                (00.018396)      1: Error (criu/files.c:1221): Unable to open fd=4 id=0x9
                (00.019769) Error (criu/cr-restore.c:2331): Restoring FAILED.
                (00.021284) Error (criu/cgroup.c:2055): cg: cgroupd: recv req error: No such file or directory
                """),
        MISSING_FILE(
                FailureReason.MissingFile,
                "Can't open file data/f on restore: No such file or directory",
                """
                (00.005515) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted
                (00.024542)      1: Error (criu/files-reg.c:2353): Can't open file data/f on restore: No such file or directory
                (00.024544)      1: Error (criu/files-reg.c:2267): Can't open file data/f: No such file or directory
                (00.024546)      1: Error (criu/files.c:1221): Unable to open fd=3 id=0x7
                (00.025232) Error (criu/cr-restore.c:2331): Restoring FAILED.
                """),
        OTHER_FILE(
                FailureReason.MissingFile,
                "File data/f has bad size 15 (expect 6)",
                """
                (00.014607)      1: Error (criu/files-reg.c:2175): File data/f has bad size 15 (expect 6)
                (00.014609)      1: Error (criu/files.c:1221): Unable to open fd=3 id=0x7
                (00.015807) Error (criu/cr-restore.c:2331): Restoring FAILED.
                """),
        ADDRESS(
                FailureReason.AddressNotBindable,
                "inet: Can't bind inet socket (id 8)",
                """
                (00.011940)      1: Error (criu/sk-inet.c:1059): inet: Can't bind inet socket (id 8): Cannot assign requested address
                (00.011953)      1: Error (criu/files.c:1221): Unable to open fd=3 id=0x8
                (00.012985) Error (criu/cr-restore.c:2331): Restoring FAILED.
                """),
        NO_IMAGE(
                FailureReason.RestoreFailed,
                "Unexpected EOF on (empty-image)",
                """
                (00.000848) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted
                (00.000876) Error (criu/protobuf.c:72): Unexpected EOF on (empty-image)
                """);

        private final FailureReason reason;
        private final String message;
        private final String log;

        Restore(FailureReason reason, String message, String log) {
            this.reason = reason;
            this.message = message;
            this.log = log;
        }
    }

    /** Not provoked here; the messages are those of CRIU 4.2's source. */
    enum FromSource {
        IN_FLIGHT(
                FailureReason.InFlightConnection,
                "sk-inet.c:185): inet: In-flight connection (l) for 1a2b"),
        BIND_MOUNT(
                FailureReason.ExternalMount,
                "mount.c:753): mnt: 612:./data doesn't have a proper root mount"),
        PROCESSOR(
                FailureReason.CpuMismatch,
                "arch/x86/cpu.c:223): cpu: CPU instruction capabilities do not match run time"),
        VECTOR_STATE(
                FailureReason.CpuMismatch,
                "arch/x86/cpu.c:274): cpu: CPU xsave size mismatch (2696/832)"),
        LIBRARY(
                FailureReason.MissingFile,
                "files-reg.c:2153): File usr/lib/libc.so.6 has bad build-ID"),
        UNIX_SOCKET(
                FailureReason.UnsupportedSocket,
                "sk-unix.c:874): unix: External socket is used. Consider using"),
        MEMORY(FailureReason.TargetMemoryTooSmall, "mem.c:1): Can't map: Cannot allocate memory");

        private final FailureReason reason;
        private final String text;

        FromSource(FailureReason reason, String text) {
            this.reason = reason;
            this.text = text;
        }
    }

    @ParameterizedTest
    @EnumSource
    void theCauseOfAFailedDumpIsFound(Dump dump) throws IOException {
        CriuFinding finding = reader.dump(log(dump.log)).orElseThrow();
        assertThat(finding.reason()).isEqualTo(dump.reason);
        assertThat(finding.message()).startsWith(dump.message);
        assertThat(finding.remedy()).isNotBlank();
        assertThat(finding.lines()).isNotEmpty().noneMatch(line -> line.contains("RLIMIT_NOFILE"));
    }

    @ParameterizedTest
    @EnumSource
    void theCauseOfAFailedRestoreIsFound(Restore restore) throws IOException {
        CriuFinding finding = reader.restore(log(restore.log)).orElseThrow();
        assertThat(finding.reason()).isEqualTo(restore.reason);
        assertThat(finding.message()).startsWith(restore.message);
    }

    @ParameterizedTest
    @EnumSource
    void otherCausesAreKnownByTheirText(FromSource source) throws IOException {
        CriuFinding finding =
                reader.dump(log("(00.100000) Error (criu/" + source.text + "\n")).orElseThrow();
        assertThat(finding.reason()).isEqualTo(source.reason);
    }

    @Test
    void aKnownCauseIsPreferredToAnEarlierLineThatSaysNothing() throws IOException {
        CriuFinding finding =
                reader.restore(
                                log(
                                        """
                                        (00.01)      1: Error (criu/x.c:1): Something odd
                                        (00.02)      1: Error (criu/sk-inet.c:1059): inet: Can't bind inet socket (id 8): Cannot assign
                                        """))
                        .orElseThrow();
        assertThat(finding.reason()).isEqualTo(FailureReason.AddressNotBindable);
        assertThat(finding.lines()).hasSize(2);
    }

    @Test
    void aLogWithoutAnErrorExplainsNothing() throws IOException {
        assertThat(
                        reader.dump(
                                log(
                                        """
                                        (00.000829) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted
                                        (00.400000) Dumping finished successfully
                                        """)))
                .isEmpty();
        assertThat(reader.dump(log(""))).isEmpty();
    }

    @Test
    void aMissingLogLeavesWhatWasKnownBefore() {
        AgentFailure known =
                new AgentFailure(FailureReason.CheckpointFailed, "the kubelet said so");
        assertThat(reader.dumpFailure(directory.resolve("none"), "app", known)).isSameAs(known);
    }

    @Test
    void theFailureNamesTheContainerAndCarriesTheLines() throws IOException {
        AgentFailure failure =
                reader.restoreFailure(
                        log(Restore.OTHER_FILE.log),
                        "app",
                        new AgentFailure(FailureReason.RestoreFailed, "exit code 1"));
        assertThat(failure).hasMessage("Container app: File data/f has bad size 15 (expect 6)");
        assertThat(failure.log()).hasSize(2);
    }

    @Test
    void textOfAProgramThatLooksLikeAnErrorDoesNotCount() throws IOException {
        assertThat(
                        reader.dump(
                                log(
                                        "(00.1) Dumping path for 3 fd via self 12 [/tmp/Error"
                                                + " (a:1): Connected TCP socket]\n")))
                .isEmpty();
    }

    private Path log(String text) throws IOException {
        return Files.writeString(directory.resolve("criu.log"), text);
    }
}
