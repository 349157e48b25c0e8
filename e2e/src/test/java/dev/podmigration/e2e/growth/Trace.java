package dev.podmigration.e2e.growth;

import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Playground;

import io.fabric8.kubernetes.api.model.HasMetadata;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** What one move cost, and what there is after it on both nodes and in the API. */
record Trace(
        long freezeMillis,
        long imageBytes,
        long fileBytes,
        long cgroups,
        long mounts,
        long ownFiles,
        long reservations,
        long migrations,
        long halves,
        long agentLiveBytes,
        long agentKibibytes,
        long agentThreads,
        long agentFiles,
        long operatorLiveBytes,
        long operatorKibibytes,
        long operatorThreads,
        long operatorFiles) {

    /** Lines of a name and a number; those of both nodes are added up. */
    private static final String COUNTS =
            """
            echo "cgroups $(find /sys/fs/cgroup -type d -path '*pod*' | wc -l)"
            echo "mounts $(wc -l </proc/self/mounts)"
            echo "files $(find /var/lib/podmigration /run/podmigration -type f | wc -l)"
            echo "reservations $(find /var/lib/cni/networks -type f -name '[0-9]*.*.*' | wc -l)"
            for process in /proc/[0-9]*; do
                case "$(tr '\\0' ' ' <"$process/cmdline" 2>/dev/null)" in
                    java*checkpoint-agent.jar*) program=agent ;;
                    java*operator.jar*) program=operator ;;
                    *) continue ;;
                esac
                awk -v program="$program" '
                    $1 == "VmRSS:" { print program "-memory", $2 }
                    $1 == "Threads:" { print program "-threads", $2 }' "$process/status"
                echo "$program-files $(ls "$process/fd" | wc -l)"
            done
            """;

    static Trace of(Playground playground, PodMigrationStatus status) {
        long agentLiveBytes = LiveHeap.bytes(playground.lab(), "agent");
        long operatorLiveBytes = LiveHeap.bytes(playground.lab(), "operator");
        Map<String, Long> counts = counts(playground.lab());
        var bytes = Objects.requireNonNull(status.getBytes(), "bytes");
        return new Trace(
                Objects.requireNonNull(
                        Objects.requireNonNull(status.getFreeze(), "freeze").getMilliseconds()),
                Objects.requireNonNull(bytes.getMemory(), "bytes.memory"),
                Objects.requireNonNullElse(bytes.getFiles(), 0L),
                count("cgroups", counts),
                count("mounts", counts),
                count("files", counts),
                count("reservations", counts),
                objects(playground, PodMigration.class),
                objects(playground, PodCheckpoint.class) + objects(playground, PodRestore.class),
                agentLiveBytes,
                count("agent-memory", counts),
                count("agent-threads", counts),
                count("agent-files", counts),
                operatorLiveBytes,
                count("operator-memory", counts),
                count("operator-threads", counts),
                count("operator-files", counts));
    }

    private static Map<String, Long> counts(Lab lab) {
        Map<String, Long> counts = new HashMap<>();
        for (String node : Lab.NODES) {
            lab.onNode(node, COUNTS)
                    .lines()
                    .map(line -> line.split(" "))
                    .forEach(line -> counts.merge(line[0], Long.valueOf(line[1]), Long::sum));
        }
        return counts;
    }

    private static long count(String name, Map<String, Long> counts) {
        return Objects.requireNonNull(counts.get(name), name);
    }

    private static long objects(Playground playground, Class<? extends HasMetadata> type) {
        return playground
                .client()
                .resources(type)
                .inNamespace(playground.namespace())
                .list()
                .getItems()
                .size();
    }
}
