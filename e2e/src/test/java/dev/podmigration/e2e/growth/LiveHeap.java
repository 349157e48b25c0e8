package dev.podmigration.e2e.growth;

import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Program;

import io.fabric8.kubernetes.api.model.Pod;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The objects that are alive in the project's own JVMs. A heap grows to what its collector finds
 * convenient and says nothing about a leak; this does.
 */
final class LiveHeap {
    private LiveHeap() {}

    /**
     * Of all pods of a component, in bytes. Each JVM collects its whole heap for this and gives
     * back what it can spare, so that its process's memory can be compared afterwards, too.
     */
    static long bytes(Lab lab, String component) {
        return lab
                .client()
                .pods()
                .inNamespace("podmigration-system")
                .withLabel("app.kubernetes.io/component", component)
                .list()
                .getItems()
                .stream()
                .mapToLong(LiveHeap::bytes)
                .sum();
    }

    private static long bytes(Pod pod) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        List<String> histogram =
                Program.run(
                                Duration.ofMinutes(1),
                                List.of(jcmd, Long.toString(pid(pod)), "GC.class_histogram"))
                        .orFail()
                        .lines()
                        .toList();
        // Total        598079       31330520
        String[] total = histogram.getLast().trim().split(" +");
        if (!total[0].equals("Total")) {
            throw new IllegalStateException("no sum at the end of " + histogram);
        }
        return Long.parseLong(total[2]);
    }

    /** On this host: the nodes' processes are its own, too. */
    private static long pid(Pod pod) {
        String uid = pod.getMetadata().getUid();
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").endsWith("/java"))
                .mapToLong(ProcessHandle::pid)
                .filter(pid -> cgroups(pid).contains(uid))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no JVM in pod " + uid));
    }

    private static String cgroups(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "cgroup"));
        } catch (IOException e) {
            return ""; // it has ended meanwhile
        }
    }
}
