package dev.podmigration.agent.inspect;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * People and programs that have a line into a pod: {@code kubectl exec}, {@code attach} and {@code
 * port-forward}. Their other end is a program of this node, so the line ends when the pod moves.
 */
final class OpenSessions {

    private static final String CHECK = "Sessions";

    /** Of /proc/net/unix, include/linux/net.h: SOCK_SEQPACKET, and SS_CONNECTED. */
    private static final String SEQUENCED_PACKETS = "0005";

    private static final String CONNECTED = "03";

    /** Of /proc/net/tcp, include/net/tcp_states.h. */
    private static final String ESTABLISHED = "01";

    private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");

    /** 127.0.0.0/8, ::1 and ::ffff:127.0.0.0/104, as a little-endian machine prints them. */
    private static final Pattern LOOPBACK =
            Pattern.compile("[0-9A-F]{6}7F:.*|0{24}01000000:.*|0{16}FFFF0000[0-9A-F]{6}7F:.*");

    private final Path proc;

    OpenSessions(Path proc) {
        this.proc = proc;
    }

    /**
     * Lines into one container.
     *
     * @param init its first process, whose parent is the container's monitor
     * @param pids all of its processes
     */
    List<Finding> into(String container, long init, List<Long> pids) throws IOException {
        List<Finding> findings = new ArrayList<>();
        for (long pid : pids) {
            ProcessFiles process = new ProcessFiles(proc, pid);
            if (pid != init && wasEntered(process)) {
                findings.add(
                        warning(
                                "Process %s of container %s was started from outside (kubectl exec,"
                                                .formatted(name(process), container)
                                        + " or a probe that runs a command); it ends"));
            }
        }
        int attached = attached(init);
        if (attached > 0) {
            findings.add(
                    warning(
                            "Container %2$s has %1$d clients of kubectl attach; they end"
                                    .formatted(attached, container)));
        }
        return findings;
    }

    /** Its parent lives outside of the container's process namespace. */
    private boolean wasEntered(ProcessFiles process) throws IOException {
        Optional<Long> parent = process.parent();
        Optional<Path> own = process.processNamespace();
        Optional<Path> above =
                parent.isEmpty()
                        ? Optional.empty()
                        : new ProcessFiles(proc, parent.get()).processNamespace();
        return own.isPresent() && above.isPresent() && !own.equals(above);
    }

    private static String name(ProcessFiles process) throws IOException {
        List<String> arguments = process.arguments();
        return arguments.isEmpty() ? "?" : arguments.getFirst();
    }

    /** conmon has a socket for each client, accepted from the one that is called "attach". */
    private int attached(long init) throws IOException {
        Optional<Long> monitor = new ProcessFiles(proc, init).parent();
        if (monitor.isEmpty()) {
            return 0;
        }
        ProcessFiles conmon = new ProcessFiles(proc, monitor.get());
        Set<String> own = sockets(conmon);
        return (int)
                conmon.table("net/unix").stream()
                        .filter(
                                fields ->
                                        fields.size() > 7
                                                && fields.get(4).equals(SEQUENCED_PACKETS)
                                                && fields.get(5).equals(CONNECTED)
                                                && fields.get(7).endsWith("attach")
                                                && own.contains(fields.get(6)))
                        .count();
    }

    /**
     * Forwarded ports: CRI-O connects to the pod's loopback address from inside the pod's network,
     * so one end of the connection belongs to no process of the pod.
     *
     * @param init a process of the pod
     * @param pids all processes of the pod
     */
    List<Finding> forwards(long init, Collection<Long> pids) throws IOException {
        Set<String> own = new HashSet<>();
        for (long pid : pids) {
            own.addAll(sockets(new ProcessFiles(proc, pid)));
        }
        ProcessFiles network = new ProcessFiles(proc, init);
        List<List<String>> sockets = new ArrayList<>(network.table("net/tcp"));
        sockets.addAll(network.table("net/tcp6"));
        long foreign =
                sockets.stream()
                        .filter(
                                fields ->
                                        fields.size() > 9
                                                && fields.get(3).equals(ESTABLISHED)
                                                && LOOPBACK.matcher(fields.get(1)).matches()
                                                && !fields.get(9).equals("0")
                                                && !own.contains(fields.get(9)))
                        .count();
        return foreign == 0
                ? List.of()
                : List.of(
                        warning(
                                "kubectl port-forward holds %d connections into the pod; they end"
                                        .formatted(foreign)));
    }

    private static Set<String> sockets(ProcessFiles process) throws IOException {
        Set<String> inodes = new HashSet<>();
        for (Path target : process.descriptors()) {
            Matcher socket = SOCKET.matcher(target.toString());
            if (socket.matches()) {
                inodes.add(socket.group(1));
            }
        }
        return inodes;
    }

    private static Finding warning(String what) {
        return Finding.warning(CHECK, FailureReason.OpenSession, what + " when the pod is moved.");
    }
}
