package dev.podmigration.e2e.lab;

import java.util.List;

/** What the nodes' OCI runtimes say of containers, whatever Kubernetes says of pods. */
public final class RunningContainers {

    // CRI-O's annotations (pkg/annotations, 1.36), as it writes them.
    private static final String SCRIPT =
            """
            crun --root /run/crun list | awk '$3 == "running" { print $1, $4 }' | while read -r id bundle; do
                if grep -q "\\"io.kubernetes.pod.namespace\\": \\"$1\\"" "$bundle/config.json" &&
                    grep -q '"io.kubernetes.cri-o.ContainerType": "container"' "$bundle/config.json"; then
                    echo "$2 $id"
                fi
            done
            """;

    private RunningContainers() {}

    /** One line "node id" for each running container of the namespace's pods, without sandboxes. */
    public static List<String> of(Lab lab, String namespace) {
        return Lab.NODES.stream()
                .flatMap(node -> lab.onNode(node, SCRIPT, namespace, node).lines())
                .toList();
    }
}
