package dev.podmigration.agent.inspect;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.Jvm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the processes of one container. Thread-safe. */
public final class ContainerInspector {

    /** CRIU's default ghost-limit, criu/include/cr_options.h of CRIU 4.2. */
    private static final long GHOST_LIMIT_BYTES = 1 << 20;

    private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d{1,18})]");

    private final Path proc;

    /**
     * @param proc where the node's processes are seen, normally {@code /proc}
     */
    public ContainerInspector(Path proc) {
        this.proc = proc;
    }

    /** What was read, and what of it speaks for or against a checkpoint. */
    public record Inspection(InspectedContainer container, List<Finding> findings) {
        public Inspection {
            findings = List.copyOf(findings);
        }
    }

    /**
     * Looks at a container's processes.
     *
     * @param pids every process of the container, as the node counts them, the first one first
     */
    public Inspection inspect(String name, List<Long> pids) throws IOException {
        InspectedContainer container = new InspectedContainer();
        container.setName(name);
        container.setWorkload("Process");
        List<Finding> findings = new ArrayList<>();
        long anonymous = 0;
        long ghosts = 0;
        Map<String, Long> shared = new HashMap<>();
        Set<Long> sockets = new HashSet<>();
        for (long pid : pids) {
            ProcessFiles process = new ProcessFiles(proc, pid);
            anonymous += process.rollupBytes("Anonymous");
            sharedMappings(process, shared);
            sockets(process, sockets);
            for (long size : process.deletedOpenFiles()) {
                ghosts = Math.max(ghosts, size);
            }
            ghosts = Math.max(ghosts, deletedMapping(process));
            if (container.getJvm() == null) {
                Optional<Jvm> jvm = JvmReader.read(process);
                if (jvm.isPresent()) {
                    container.setWorkload("JVM");
                    container.setJvm(jvm.get());
                    container.setProcessId(pid);
                }
            }
            findings.addAll(descriptors(name, process));
        }
        if (!pids.isEmpty()) {
            network(new ProcessFiles(proc, pids.getFirst()), sockets, container, findings);
        }
        long sharedBytes = shared.values().stream().mapToLong(Long::longValue).sum();
        container.setSharedMemoryBytes(sharedBytes);
        container.setMemoryBytes(anonymous + sharedBytes);
        if (ghosts > GHOST_LIMIT_BYTES) {
            findings.add(
                    Finding.warning(
                            "DeletedOpenFiles",
                            FailureReason.GhostFileTooLarge,
                            "Container "
                                    + name
                                    + " holds a deleted file of "
                                    + ghosts
                                    + " bytes open or mapped"));
        }
        return new Inspection(container, findings.stream().distinct().toList());
    }

    /** Size of the largest file that is mapped and has no name any more, as unpacked libraries. */
    private static long deletedMapping(ProcessFiles process) throws IOException {
        long largest = 0;
        for (String line : process.maps()) {
            if (line.endsWith(" (deleted)") && !isMemory(line)) {
                Path file = process.mapped(line);
                if (Files.isRegularFile(file)) {
                    largest = Math.max(largest, Files.size(file));
                }
            }
        }
        return largest;
    }

    /** Counted among the memory: CRIU saves it as pages. */
    private static boolean isMemory(String line) {
        return line.contains(" /memfd:")
                || line.contains(" /dev/zero")
                || line.contains(" /SYSV")
                || line.contains(" /dev/shm/");
    }

    /** Adds the inodes of the sockets that a process holds. */
    private static void sockets(ProcessFiles process, Set<Long> inodes) throws IOException {
        for (Path target : process.descriptors()) {
            Matcher socket = SOCKET.matcher(target.toString());
            if (socket.matches()) {
                inodes.add(Long.parseLong(socket.group(1)));
            }
        }
    }

    /** All processes of a container are in one network namespace. */
    private static void network(
            ProcessFiles process,
            Set<Long> sockets,
            InspectedContainer container,
            List<Finding> findings)
            throws IOException {
        List<String> tables = new ArrayList<>(process.network("tcp"));
        tables.addAll(process.network("tcp6"));
        container.setSocketsByState(SocketStates.count(tables, sockets));
        Set<String> groups =
                MulticastGroups.joined(process.network("igmp"), process.network("igmp6"));
        if (!groups.isEmpty()) {
            findings.add(
                    Finding.warning(
                            "Multicast",
                            FailureReason.MulticastMembership,
                            "The pod is a member of the multicast groups "
                                    + String.join(", ", groups)
                                    + ", and will not be after the move"));
        }
    }

    /**
     * Sessions of people in one container.
     *
     * @param init its first process
     * @param pids every process of the container
     */
    public List<Finding> sessions(String name, long init, List<Long> pids) throws IOException {
        return new OpenSessions(proc).into(name, init, pids);
    }

    /**
     * Ports of the pod that are forwarded to people.
     *
     * @param init a process of the pod
     * @param pids every process of the pod
     */
    public List<Finding> forwardedPorts(long init, Collection<Long> pids) throws IOException {
        return new OpenSessions(proc).forwards(init, pids);
    }

    /** Those of the processes that are JVMs. */
    public List<JvmProcess> jvms(Collection<Long> pids) throws IOException {
        List<JvmProcess> jvms = new ArrayList<>();
        for (long pid : pids) {
            JvmProcess.of(proc, pid).ifPresent(jvms::add);
        }
        return jvms;
    }

    /**
     * Memory that CRIU would write as images: private pages, and shared memory once. Unit: bytes.
     */
    public long memoryBytes(List<Long> pids) throws IOException {
        long anonymous = 0;
        Map<String, Long> shared = new HashMap<>();
        for (long pid : pids) {
            ProcessFiles process = new ProcessFiles(proc, pid);
            anonymous += process.rollupBytes("Anonymous");
            sharedMappings(process, shared);
        }
        return anonymous + shared.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Shared memory without a file, and memory files, once each: several processes may map the
     * same.
     */
    private static void sharedMappings(ProcessFiles process, Map<String, Long> shared)
            throws IOException {
        for (String line : process.maps()) {
            String[] parts = line.split(" +", 6);
            if (parts.length == 6
                    && parts[1].endsWith("s")
                    && (parts[5].startsWith("/memfd:")
                            || parts[5].startsWith("/dev/zero")
                            || parts[5].startsWith("/SYSV"))) {
                String[] range = parts[0].split("-");
                long size =
                        Long.parseUnsignedLong(range[1], 16) - Long.parseUnsignedLong(range[0], 16);
                shared.merge(parts[3] + ":" + parts[4] + "@" + parts[2], size, Math::max);
            }
        }
    }

    private static List<Finding> descriptors(String name, ProcessFiles process) throws IOException {
        List<Finding> findings = new ArrayList<>();
        for (Path target : process.descriptors()) {
            switch (target.toString()) {
                case "anon_inode:[io_uring]" ->
                        findings.add(
                                Finding.refused(
                                        "IoUring",
                                        FailureReason.IoUringInUse,
                                        "Container "
                                                + name
                                                + " uses io_uring, which CRIU cannot dump"));
                case "anon_inode:inotify" ->
                        findings.add(
                                Finding.warning(
                                        "Inotify",
                                        FailureReason.InotifyHandle,
                                        "Container "
                                                + name
                                                + " watches files by inotify; on overlay file"
                                                + " systems CRIU may not find the watched file"
                                                + " again"));
                default -> {
                    // Nothing that CRIU is known to stumble over.
                }
            }
        }
        return findings;
    }
}
