package dev.podmigration.agent.host;

import dev.podmigration.agent.linux.Signal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** What both versions of control groups have in common. */
final class CgroupFiles {

    /**
     * A frozen tree settles within a millisecond or two; the kernel offers no event for version 1.
     */
    private static final long POLL_NANOS = 200_000;

    private CgroupFiles() {}

    interface State {
        boolean reached() throws IOException;
    }

    static void await(Path group, String wanted, Duration limit, State state)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!state.reached()) {
            if (System.nanoTime() - deadline > 0) {
                throw new FreezeTimeoutException(group, wanted, limit);
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Never creates: a file that is not there means that the group is gone. */
    static void write(Path file, String value) throws IOException {
        Files.writeString(file, value, StandardOpenOption.WRITE);
    }

    static String read(Path file) throws IOException {
        return Files.readString(file).strip();
    }

    static Set<Long> processes(Path group) throws IOException {
        Set<Long> processes = new LinkedHashSet<>();
        for (Path directory : withChildren(group)) {
            try {
                for (String line : Files.readAllLines(directory.resolve("cgroup.procs"))) {
                    long pid = Long.parseLong(line.strip());
                    // 0 stands for a process outside of the reader's process namespace.
                    if (pid > 0) {
                        processes.add(pid);
                    }
                }
            } catch (IOException e) {
                // A group below may go away meanwhile, which it can only do without processes.
                if (directory.equals(group) || Files.exists(directory)) {
                    throw e;
                }
            }
        }
        return processes;
    }

    private static List<Path> withChildren(Path group) throws IOException {
        try (Stream<Path> tree = Files.walk(group)) {
            return tree.filter(Files::isDirectory).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    static void kill(Set<Long> processes) throws IOException {
        for (long pid : processes) {
            Signal.KILL.sendIfAlive(pid);
        }
    }
}
