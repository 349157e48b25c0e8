package dev.podmigration.agent.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.Verdict;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A container of one program and its child, watched by a conmon, in a directory. */
class OpenSessionsTest {

    private static final long MONITOR = 100;
    private static final long INIT = 200;
    private static final long CHILD = 201;
    private static final String NODE = "pid:[1]";
    private static final String CONTAINER = "pid:[2]";
    private static final String HEADINGS = "sl local_address rem_address st ...\n";

    @TempDir Path proc;

    private OpenSessions sessions;

    @BeforeEach
    void begin() throws IOException {
        process(MONITOR, 1, NODE, "conmon");
        process(INIT, MONITOR, CONTAINER, "java) S 7 (");
        process(CHILD, INIT, CONTAINER, "worker");
        sessions = new OpenSessions(proc);
    }

    @Test
    void a_program_and_its_children_are_no_session() throws Exception {
        assertThat(sessions.into("main", INIT, List.of(INIT, CHILD))).isEmpty();
    }

    @Test
    void a_process_that_was_started_from_outside_is_one() throws Exception {
        process(300, 1, NODE, "crun");
        process(301, 300, CONTAINER, "sh");
        process(302, 301, CONTAINER, "top");
        Files.writeString(proc.resolve("301/cmdline"), "/bin/sh\0-i\0");

        assertThat(sessions.into("main", INIT, List.of(INIT, CHILD, 301L, 302L)))
                .singleElement()
                .satisfies(
                        finding -> {
                            assertThat(finding.getVerdict()).isEqualTo(Verdict.Warning);
                            assertThat(finding.getReason()).isEqualTo(FailureReason.OpenSession);
                            assertThat(finding.getMessage())
                                    .contains("/bin/sh", "container main", "kubectl exec");
                        });
    }

    /** With shareProcessNamespace orphans become children of the pause container. */
    @Test
    void an_orphan_in_a_shared_namespace_is_none() throws Exception {
        process(50, 1, CONTAINER, "pause");
        process(202, 50, CONTAINER, "orphan");

        assertThat(sessions.into("main", INIT, List.of(INIT, CHILD, 202L))).isEmpty();
    }

    @Test
    void a_process_that_has_ended_is_none() throws Exception {
        assertThat(sessions.into("main", INIT, List.of(INIT, 4711L))).isEmpty();
    }

    @Test
    void clients_of_the_monitor_are_attached() throws Exception {
        unixSockets(
                "0001",
                "01",
                "10",
                "/run/crio/abc/attach",
                "0005",
                "03",
                "11",
                "/run/crio/abc/attach",
                "0005",
                "03",
                "12",
                "/run/crio/other/attach",
                "0001",
                "03",
                "13",
                "/run/systemd/journal/stdout");
        socket(MONITOR, 5, "10");
        socket(MONITOR, 6, "11");
        socket(MONITOR, 7, "13");

        assertThat(sessions.into("main", INIT, List.of(INIT)))
                .singleElement()
                .satisfies(
                        finding ->
                                assertThat(finding.getMessage())
                                        .contains("1 clients of kubectl attach", "main"));
    }

    @Test
    void a_connection_inside_the_pod_is_no_forwarded_port() throws Exception {
        tcp(
                line("0100007F:1F90", "0100007F:A000", "01", 21),
                line("0100007F:A000", "0100007F:1F90", "01", 22));
        socket(INIT, 5, "21");
        socket(CHILD, 6, "22");

        assertThat(sessions.forwards(INIT, List.of(INIT, CHILD))).isEmpty();
    }

    @Test
    void a_connection_whose_other_end_nobody_in_the_pod_has_is_a_forwarded_port() throws Exception {
        tcp(
                line("0100007F:1F90", "0100007F:A000", "01", 21),
                line("0100007F:A000", "0100007F:1F90", "01", 22));
        socket(INIT, 5, "21");

        assertThat(sessions.forwards(INIT, List.of(INIT, CHILD)))
                .singleElement()
                .satisfies(
                        finding -> {
                            assertThat(finding.getReason()).isEqualTo(FailureReason.OpenSession);
                            assertThat(finding.getMessage())
                                    .contains("port-forward", "1 connections");
                        });
    }

    @Test
    void connections_of_ipv6_count_and_those_from_outside_or_over_do_not() throws Exception {
        tcp(
                line("0200090A:1F90", "0300090A:A000", "01", 30),
                line("0100007F:1F90", "0100007F:A001", "06", 0),
                line("0100007F:1F91", "00000000:0000", "0A", 31));
        Files.writeString(
                proc.resolve(INIT + "/net/tcp6"),
                HEADINGS
                        + line(
                                "00000000000000000000000001000000:1F90",
                                "00000000000000000000000001000000:A000",
                                "01",
                                40));

        assertThat(sessions.forwards(INIT, List.of(INIT, CHILD)))
                .extracting(Finding::getMessage)
                .singleElement()
                .asString()
                .contains("1 connections");
    }

    private void process(long pid, long parent, String namespace, String name) throws IOException {
        Path directory = proc.resolve(Long.toString(pid));
        Files.createDirectories(directory.resolve("fd"));
        Files.createDirectories(directory.resolve("net"));
        Files.createDirectories(directory.resolve("ns"));
        Files.writeString(
                directory.resolve("stat"), "%d (%s) S %d 0 0\n".formatted(pid, name, parent));
        Files.createSymbolicLink(directory.resolve("ns/pid"), Path.of(namespace));
    }

    private void socket(long pid, int number, String inode) throws IOException {
        Files.createSymbolicLink(
                proc.resolve(pid + "/fd/" + number), Path.of("socket:[" + inode + "]"));
    }

    private void unixSockets(String... fields) throws IOException {
        StringBuilder table = new StringBuilder("Num RefCount Protocol Flags Type St Inode Path\n");
        for (int i = 0; i < fields.length; i += 4) {
            table.append("ffff: 00000003 00000000 00000000 ")
                    .append(
                            String.join(
                                    " ", fields[i], fields[i + 1], fields[i + 2], fields[i + 3]))
                    .append('\n');
        }
        Files.writeString(proc.resolve(MONITOR + "/net/unix"), table);
    }

    private void tcp(String... lines) throws IOException {
        Files.writeString(proc.resolve(INIT + "/net/tcp"), HEADINGS + String.join("", lines));
    }

    private static String line(String local, String remote, String state, int inode) {
        return "   0: %s %s %s 00000000:00000000 00:00000000 00000000  1000        0 %d 1\n"
                .formatted(local, remote, state, inode);
    }
}
