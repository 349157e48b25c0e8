package dev.podmigration.e2e.bench;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.lab.FaultyRuntime;
import dev.podmigration.e2e.lab.Installation;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;

import io.fabric8.kubernetes.api.model.Pod;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How long it takes from a wish to cancel, while the pod stands still, until its client is answered
 * again, and until the migration says that it is cancelled. The restore is held meanwhile. The
 * first round warms everything up and does not count.
 */
public final class CancelBench {

    private CancelBench() {}

    private record Times(long answeredMillis, long endedMillis, List<String> steps) {}

    public static void main(String[] arguments) throws Exception {
        BenchOptions options = BenchOptions.parse(arguments);
        try (Installation installation = Installation.make()) {
            List<Times> measured = measure(installation.lab(), options.rounds());
            System.out.printf(
                    "answered again after %d ms, Cancelled after %d ms (medians of %d)%n",
                    median(measured.stream().map(Times::answeredMillis).toList()),
                    median(measured.stream().map(Times::endedMillis).toList()),
                    measured.size());
        }
    }

    private static List<Times> measure(Lab lab, int rounds) throws IOException {
        Playground playground = Playground.create(lab, "bench-cancel");
        List<Times> measured = new ArrayList<>();
        try {
            Pod pod = playground.start(TestPods.echo("echo", NODE_A));
            try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT)) {
                for (int round = 0; round <= rounds; round++) {
                    Times times = cancelled(lab, playground, client);
                    System.err.printf("round %d: %s%n", round, times);
                    if (round > 0) {
                        measured.add(times);
                    }
                }
                client.expectMemoryIntact();
            }
        } finally {
            playground.remove();
        }
        return measured;
    }

    private static Times cancelled(Lab lab, Playground playground, EchoClient client) {
        Moves moves = new Moves(playground);
        client.expectAnswers(200);
        try (FaultyRuntime runtime = FaultyRuntime.on(lab, NODE_B).hold()) {
            String migration =
                    moves.begin("echo", NODE_B, spec -> spec.getLimits().setFreezeSeconds(60));
            runtime.awaitRestore();
            long begin = System.nanoTime();
            moves.cancel(migration);
            client.expectAnswers(1);
            long answered = System.nanoTime();
            runtime.release();
            PodMigrationStatus status = moves.awaitEnd(migration);
            long ended = System.nanoTime();
            if (status.getPhase() != PodMigrationPhase.Cancelled) {
                throw new IllegalStateException("not cancelled: " + status);
            }
            return new Times(
                    millis(begin, answered),
                    millis(begin, ended),
                    status.getSteps().stream()
                            .map(step -> step.getName() + "=" + step.getMilliseconds())
                            .toList());
        }
    }

    private static long millis(long begin, long end) {
        return Duration.ofNanos(end - begin).toMillis();
    }

    private static long median(List<Long> values) {
        List<Long> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }
}
