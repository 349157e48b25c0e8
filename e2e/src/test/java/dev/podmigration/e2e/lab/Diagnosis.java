package dev.podmigration.e2e.lab;

import java.util.List;

/**
 * What a person needs to see why a test on the lab failed: objects, events, logs, CRIU's errors.
 */
public final class Diagnosis {
    private static final String SYSTEM = "podmigration-system";

    private final Playground playground;

    public Diagnosis(Playground playground) {
        this.playground = playground;
    }

    public String text() {
        StringBuilder text = new StringBuilder("=== what the cluster looks like\n");
        for (String kind : List.of("podmigrations", "podcheckpoints", "podrestores")) {
            append(text, kind, playground.kubectl("get", kind, "-o", "yaml"));
        }
        append(text, "pods", playground.kubectl("get", "pods", "-o", "wide"));
        append(text, "events", playground.kubectl("get", "events", "--sort-by=.lastTimestamp"));
        for (var pod :
                playground.client().pods().inNamespace(playground.namespace()).list().getItems()) {
            String name = pod.getMetadata().getName();
            append(
                    text,
                    "log of " + name,
                    playground.kubectl("logs", name, "--all-containers", "--tail=15"));
            append(
                    text,
                    "log of " + name + " before its last restart",
                    playground.kubectl(
                            "logs", name, "--all-containers", "--tail=15", "--previous"));
        }
        append(
                text,
                "operator",
                playground
                        .lab()
                        .run(
                                "kubectl",
                                "-n",
                                SYSTEM,
                                "logs",
                                "deployment/podmigration-operator",
                                "--tail=60"));
        append(
                text,
                "agents",
                playground
                        .lab()
                        .run(
                                "kubectl",
                                "-n",
                                SYSTEM,
                                "logs",
                                "daemonset/podmigration-agent",
                                "--all-pods",
                                "--prefix",
                                "--tail=60"));
        for (String node : Lab.NODES) {
            text.append("--- ").append(node).append(": errors of CRIU, log of CRI-O\n");
            text.append(
                    playground
                            .lab()
                            .run(
                                    "node",
                                    node,
                                    "sh",
                                    "-c",
                                    """
                                    find /run/podmigration /run/containers /var/lib/containers/storage/overlay-containers \
                                        \\( -name dump.log -o -name restore.log \\) -mmin -5 2>/dev/null |
                                        while read -r log; do echo "$log"; grep -a Error "$log" | tail -n 8; done
                                    """)
                            .output());
            CommandOutcome crio = playground.lab().run("logs", "crio", node);
            text.append(last(crio.output(), 15)).append('\n');
        }
        return text.toString();
    }

    private static void append(StringBuilder text, String title, CommandOutcome outcome) {
        text.append("--- ").append(title).append('\n');
        text.append(outcome.output()).append(outcome.errors());
    }

    private static String last(String text, int lines) {
        List<String> all = text.lines().toList();
        return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
    }
}
