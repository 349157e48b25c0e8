package dev.podmigration.e2e.lab;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.readiness.Readiness;

import java.time.Duration;

/** The checkpoint-agent of a node, to disturb it. */
public final class Agent {
    private static final String SYSTEM = "podmigration-system";

    private final Lab lab;
    private final String node;

    public Agent(Lab lab, String node) {
        this.lab = lab;
        this.node = node;
    }

    /** As a crash would: without a chance to tidy up. The kubelet starts it again. */
    public void kill() {
        signal("KILL");
    }

    /** The process stays, and its connections do, but nobody answers. */
    public void stop() {
        signal("STOP");
    }

    public void goOn() {
        signal("CONT");
    }

    private void signal(String signal) {
        lab.onNode(
                node,
                """
                for process in /proc/[0-9]*; do
                    case "$(tr '\\0' ' ' <"$process/cmdline" 2>/dev/null)" in
                        java*checkpoint-agent.jar*) found=${process#/proc/}; kill -s "$1" "$found" ;;
                    esac
                done
                [ -n "${found:-}" ]
                """,
                signal);
    }

    public void awaitReady() {
        await("the agent of " + node)
                .atMost(Duration.ofMinutes(2))
                .until(
                        () ->
                                lab
                                        .client()
                                        .pods()
                                        .inNamespace(SYSTEM)
                                        .withLabel("app.kubernetes.io/component", "agent")
                                        .list()
                                        .getItems()
                                        .stream()
                                        .filter(pod -> node.equals(pod.getSpec().getNodeName()))
                                        .anyMatch(Readiness::isPodReady));
    }
}
