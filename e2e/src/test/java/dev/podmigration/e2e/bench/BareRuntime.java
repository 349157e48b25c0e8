package dev.podmigration.e2e.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.podmigration.e2e.lab.Lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Checkpoint and restore by the runtime alone, of the very process that was just measured: a copy
 * of the running container, taken while the pod runs on, becomes a container of its own, with a
 * network namespace that leads nowhere but has the pod's address, and without the agent's CRIU
 * configuration. That one is checkpointed and restored again and again.
 */
final class BareRuntime {
    private static final String DIRECTORY = "/run/podmigration-bench";
    private static final String CONTAINER = "podmigration-bench";

    // The process writes to a pipe, as under CRI-O: a file of the node could not be checkpointed
    // again. What reads it
    // lives as long as the container. Time is taken on the node, around nothing but the runtime.
    private static final String RESTORE =
            """
            options="--tcp-established --file-locks --shell-job"
            now() { date +%s%3N; }
            restore() {
                rm -f "$1/restored"
                again=$(now)
                {
                    if crun restore --detach --bundle "$1/bundle" --image-path "$1/images" \
                        --work-path "$1/work" $options "$2" 2>&1; then
                        echo "$(($(now) - again))" >"$1/restored.new"
                    else
                        echo failed >"$1/restored.new"
                    fi
                    mv "$1/restored.new" "$1/restored"
                } </dev/null | cat >/dev/null 2>&1 &
                until [ -e "$1/restored" ]; do sleep 0.02; done
                took=$(cat "$1/restored")
                [ "$took" != failed ] || {
                    grep -a Error "$1/work/restore.log" >&2
                    exit 1
                }
            }
            """;

    private static final String ROUND =
            RESTORE
                    + """
                    rm -rf "$1/images" "$1/work"
                    mkdir -p "$1/images" "$1/work"
                    begin=$(now)
                    crun checkpoint --image-path "$1/images" --work-path "$1/work" $options "$2"
                    middle=$(now)
                    crun delete -f "$2" 2>/dev/null || :
                    restore "$@"
                    echo "$((middle - begin)) $took"
                    """;

    private static final String COPY =
            """
            options="--tcp-established --file-locks --shell-job"
            mkdir -p "$1/bundle" "$1/images" "$1/work"
            : >"$1/criu.conf"
            # Not by "ip netns": that mounts /run/netns over itself, and the sandboxes of CRI-O are there.
            : >"$1/netns"
            unshare --net="$1/netns" ip link set lo up
            # The addresses of the pod, so that its sockets find them.
            nsenter --net="/proc/$4/ns/net" ip -4 -o address show scope global |
                awk '{ print $4 }' | while read -r address; do
                    nsenter --net="$1/netns" ip address add "$address" dev lo
                done
            # The kubelet's next probe may be waiting to be accepted: crun has no option for that, only its file for CRIU has.
            echo skip-in-flight >"$1/copy.conf"
            unshare --mount sh -euc 'mount --bind "$1/copy.conf" /etc/criu/crun.conf; shift; exec "$@"' copy "$1" \
                crun --root /run/crun checkpoint --leave-running --image-path "$1/images" --work-path "$1/work" $options "$3"
            """;

    private final Lab lab;
    private final String node;

    BareRuntime(Lab lab, String node) {
        this.lab = lab;
        this.node = node;
    }

    List<BareTimes> measure(String containerId, int rounds)
            throws IOException, InterruptedException {
        ObjectMapper json = new ObjectMapper();
        JsonNode state =
                json.readTree(lab.onNode(node, "crun --root /run/crun state \"$1\"", containerId));
        String bundle = state.path("bundle").asText();
        try {
            lab.onNode(node, COPY, DIRECTORY, CONTAINER, containerId, state.path("pid").asText());
            ObjectNode config =
                    (ObjectNode) json.readTree(lab.onNode(node, "cat \"$1/config.json\"", bundle));
            detach(config);
            Path file = Files.createTempFile("bench-config", ".json");
            Files.writeString(file, json.writeValueAsString(config));
            lab.sendToNode(node, file, "cat >\"$1/bundle/config.json\"", DIRECTORY);
            Files.delete(file);
            lab.onNode(node, RESTORE + "restore \"$@\"", DIRECTORY, CONTAINER);
            List<BareTimes> times = new ArrayList<>();
            for (int round = 1; round <= rounds; round++) {
                // As long as between two moves: the process rewrites its memory in that time.
                Thread.sleep(3000);
                String[] line = lab.onNode(node, ROUND, DIRECTORY, CONTAINER).split(" ");
                BareTimes measured =
                        new BareTimes(Long.parseLong(line[0]), Long.parseLong(line[1]));
                System.err.printf("bare round %d: %s%n", round, measured);
                times.add(measured);
            }
            return times;
        } finally {
            lab.onNode(
                    node,
                    "crun delete -f \"$2\" 2>/dev/null || :; umount \"$1/netns\" || :; rm -rf"
                            + " \"$1\"",
                    DIRECTORY,
                    CONTAINER);
        }
    }

    /** Another container of the same files: own cgroups, own network, no configuration of CRIU. */
    private static void detach(ObjectNode config) {
        ObjectNode linux = (ObjectNode) config.get("linux");
        linux.put("cgroupsPath", "/" + CONTAINER);
        for (JsonNode namespace : linux.path("namespaces")) {
            if (namespace.path("type").asText().equals("network")) {
                ((ObjectNode) namespace).put("path", DIRECTORY + "/netns");
            }
        }
        config.withObject("/annotations").put("org.criu.config", DIRECTORY + "/criu.conf");
    }
}
