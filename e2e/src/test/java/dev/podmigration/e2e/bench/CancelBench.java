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
import java.util.Locale;

/**
 * For each phase before the commit: how long it takes from a wish to cancel until the pod's client
 * is answered again, and until the migration says that it is cancelled. The first round of each
 * warms up and does not count.
 */
public final class CancelBench {

    /** Shorter ones are the jitter of a busy machine. */
    private static final Duration SILENCE = Duration.ofMillis(100);

    private final Lab lab;
    private final int rounds;

    private CancelBench(Lab lab, int rounds) {
        this.lab = lab;
        this.rounds = rounds;
    }

    /** When the wish comes. */
    private enum Moment {
        PREFLIGHT(PodMigrationPhase.Preflight, 16, "Preflight"),
        PREPARING(PodMigrationPhase.Preparing, 16, "Preparing"),
        ARMED(PodMigrationPhase.Armed, 16, "Armed"),
        FROZEN(PodMigrationPhase.Frozen, 1024, "Frozen, CRIU writes 1 GiB"),

        /** Before the freeze has lasted for a second the status does not say Restoring. */
        RESTORING(PodMigrationPhase.Restoring, 16, "the target restores, which does not end");

        private final PodMigrationPhase phase;
        private final int heapMebibytes;
        private final String text;

        Moment(PodMigrationPhase phase, int heapMebibytes, String text) {
            this.phase = phase;
            this.heapMebibytes = heapMebibytes;
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private record Times(
            PodMigrationPhase last, long answeredMillis, long endedMillis, List<String> steps) {}

    public static void main(String[] arguments) throws Exception {
        BenchOptions options = BenchOptions.parse(arguments);
        try (Installation installation = Installation.make()) {
            CancelBench bench = new CancelBench(installation.lab(), options.rounds());
            System.out.println(
                    """
                    | cancelled in | client answered again after (ms) | Cancelled after (ms) | last phase |
                    |---|---|---|---|\
                    """);
            for (Moment moment : Moment.values()) {
                List<Times> measured = bench.measure(moment);
                System.out.printf(
                        "| %s | %s | %s | %s |%n",
                        moment,
                        spread(measured.stream().map(Times::answeredMillis).toList()),
                        spread(measured.stream().map(Times::endedMillis).toList()),
                        measured.stream().map(Times::last).distinct().toList());
            }
        }
    }

    private List<Times> measure(Moment moment) throws IOException {
        Playground playground =
                Playground.create(lab, "bench-cancel-" + moment.name().toLowerCase(Locale.ROOT));
        List<Times> measured = new ArrayList<>();
        try {
            Pod pod = playground.start(TestPods.echo("echo", NODE_A, moment.heapMebibytes, 4));
            try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT)) {
                for (int round = 0; round <= rounds; round++) {
                    Times times = cancelled(moment, playground, client);
                    System.err.printf("%s, round %d: %s%n", moment, round, times);
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

    private Times cancelled(Moment moment, Playground playground, EchoClient client) {
        Moves moves = new Moves(playground);
        client.expectAnswers(200);
        client.gaps().clear();
        if (moment != Moment.RESTORING) {
            String migration = begin(moves);
            moves.awaitPhase(migration, moment.phase);
            long begin = System.nanoTime();
            moves.cancel(migration);
            return times(moves, migration, client, begin);
        }
        try (FaultyRuntime runtime = FaultyRuntime.on(lab, NODE_B).hold()) {
            String migration = begin(moves);
            runtime.awaitRestore();
            long begin = System.nanoTime();
            moves.cancel(migration);
            return times(moves, migration, client, begin);
        }
    }

    private static String begin(Moves moves) {
        return moves.begin("echo", NODE_B, spec -> spec.getLimits().setFreezeSeconds(60));
    }

    private static Times times(Moves moves, String migration, EchoClient client, long begin) {
        PodMigrationStatus status = moves.awaitEnd(migration);
        long ended = Duration.ofNanos(System.nanoTime() - begin).toMillis();
        if (status.getPhase() != PodMigrationPhase.Cancelled) {
            throw new IllegalStateException("not cancelled: " + status);
        }
        client.expectAnswers(200);
        return new Times(
                status.getPhaseTransitions().reversed().get(1).getPhase(),
                client.gaps().longestEndSince(begin, SILENCE).toMillis(),
                ended,
                status.getSteps().stream()
                        .map(step -> step.getName() + "=" + step.getMilliseconds())
                        .toList());
    }

    private static String spread(List<Long> values) {
        List<Long> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return "%d (%d to %d)"
                .formatted(sorted.get(sorted.size() / 2), sorted.getFirst(), sorted.getLast());
    }
}
