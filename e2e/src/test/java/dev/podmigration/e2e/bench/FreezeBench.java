package dev.podmigration.e2e.bench;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.lab.Installation;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;

import io.fabric8.kubernetes.api.model.Pod;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * For each heap size: the gap that a client outside of the cluster sees while a pod moves, and, in
 * the same run on the same machine, what the bare runtime needs to checkpoint and restore the same
 * process. Everything is printed to standard error as it comes, the result to standard output.
 */
public final class FreezeBench {
    /** After a move the machine still clears away the old pod; the next one waits for quiet. */
    private static final Duration QUIET = Duration.ofSeconds(3);

    private final Lab lab;
    private final int rounds;

    private FreezeBench(Lab lab, int rounds) {
        this.lab = lab;
        this.rounds = rounds;
    }

    public static void main(String[] arguments) throws Exception {
        BenchOptions options = BenchOptions.parse(arguments);
        try (Installation installation = Installation.make()) {
            FreezeBench bench = new FreezeBench(installation.lab(), options.rounds());
            List<HeapResult> results = new ArrayList<>();
            for (int heap : options.heapMebibytes()) {
                results.add(bench.measure(heap));
            }
            System.out.println(options.json() ? Report.json(results) : Report.text(results));
        }
    }

    private HeapResult measure(int heapMebibytes) throws IOException, InterruptedException {
        Playground playground = Playground.create(lab, "bench-" + heapMebibytes + "-mib");
        try {
            Pod pod = playground.start(TestPods.echo("echo", NODE_A, heapMebibytes, 16));
            Moves moves = new Moves(playground);
            List<Round> moved = new ArrayList<>();
            String name = "echo";
            String node = NODE_A;
            List<BareTimes> bare;
            try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT)) {
                client.expectAnswers(500);
                // The first move warms up both agents, the node's caches and the pod's own
                // compiler.
                for (int round = 0; round <= rounds; round++) {
                    Thread.sleep(QUIET);
                    node = Lab.otherNode(node);
                    Round measured = round(moves, client, name, node);
                    name = measured.pod();
                    System.err.printf(
                            "%d MiB, %s: %s%n",
                            heapMebibytes,
                            round == 0 ? "move to warm up" : "move " + round,
                            measured);
                    if (round > 0) {
                        moved.add(measured);
                    }
                }
                client.expectMemoryIntact();
                Thread.sleep(QUIET);
                bare = new BareRuntime(lab, node).measure(containerId(playground, name), rounds);
                client.expectAnswers(100);
            }
            return new HeapResult(heapMebibytes, moved, bare);
        } finally {
            playground.remove();
        }
    }

    private Round round(Moves moves, EchoClient client, String name, String node) {
        client.expectAnswers(200);
        client.gaps().clear();
        long before = lab.retransmissions(client.localPort());
        // However slow the machine is: what it takes is to be measured, not refused.
        PodMigrationStatus status =
                moves.succeed(name, node, spec -> spec.getLimits().setFreezeSeconds(120));
        client.expectAnswers(500);
        return new Round(
                Moves.targetPod(status),
                node,
                client.gaps().longest().toMillis(),
                Objects.requireNonNull(
                        Objects.requireNonNull(status.getFreeze(), "freeze").getMilliseconds(),
                        "freeze.milliseconds"),
                lab.retransmissions(client.localPort()) - before,
                client.gaps().kept().stream().map(Duration::toMillis).toList(),
                status.getSteps().stream()
                        .map(step -> step.getName() + "=" + step.getMilliseconds())
                        .toList());
    }

    private static String containerId(Playground playground, String pod) {
        return playground
                .pod(pod)
                .getStatus()
                .getContainerStatuses()
                .getFirst()
                .getContainerID()
                .substring("cri-o://".length());
    }
}
