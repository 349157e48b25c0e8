package dev.podmigration.e2e.growth;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.docs.MarkedPage;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;

import io.fabric8.kubernetes.api.model.Pod;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * What grows a little with each move. Thirty, or as many as {@code -De2e.moves} says.
 *
 * <p>The first third warms everything up: the programs' own compilers, caches and heaps. The median
 * of the last third must not be above that of the second by more than noise: nothing where the
 * thing is counted, a tenth where it is memory or time. What leaks with each move is above that: a
 * third of the moves lies between the two.
 */
@OnLab
@Order(20)
final class ManyMovesE2E {
    private static final int MOVES = Integer.getInteger("e2e.moves", 30);
    private static final int THIRD = MOVES / 3;

    /** Where the report goes, below the project's directory; null for nowhere. */
    private static final @Nullable String PAGE = System.getProperty("e2e.page");

    /** The old pod's last things go a moment after it has gone from the API. */
    private static final int COUNT_NOISE = 2;

    /** Threads and descriptors of calls that are under way. */
    private static final int PROGRAM_NOISE = 8;

    private static final long MEMORY_NOISE_KIBIBYTES = 8 << 10;

    /** The operator holds each PodMigration that there is: a few, however many there were. */
    private static final int KEPT_SECONDS = 30;

    /** What calls that are under way hold. */
    private static final long HEAP_NOISE_BYTES = 1 << 20;

    private static final long FILE_NOISE_BYTES = 1 << 20;
    private static final long TIME_NOISE_MILLIS = 100;

    /** A move with its counting takes 8 s: time for some hundreds. */
    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void a_pod_that_moves_back_and_forth_makes_nothing_grow(Playground playground, Moves moves)
            throws IOException {
        Pod pod = playground.start(TestPods.echo("echo", NODE_A));
        List<Trace> traces = new ArrayList<>();
        try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT)) {
            String name = "echo";
            String node = NODE_A;
            for (int move = 1; move <= MOVES; move++) {
                node = Lab.otherNode(node);
                PodMigrationStatus status =
                        moves.succeed(
                                name, node, spec -> spec.setTtlSecondsAfterFinished(KEPT_SECONDS));
                name = Moves.targetPod(status);
                client.expectAnswers(50);
                Trace trace = Trace.of(playground, status);
                traces.add(trace);
                System.out.println("move " + move + ": " + trace);
            }
            client.expectMemoryIntact();
        }
        Growth growth =
                new Growth(traces.subList(THIRD, 2 * THIRD), traces.subList(2 * THIRD, MOVES));
        System.out.print(growth.table());
        if (PAGE != null) {
            new MarkedPage(Lab.project().resolve(PAGE), "ManyMovesE2E").write(growth.table());
        }
        growth.expectNone();
    }

    /** The medians of two parts of the moves. */
    private record Growth(List<Trace> before, List<Trace> after) {

        private record Thing(String name, ToLongFunction<Trace> value, double share, long noise) {}

        private static final List<Thing> THINGS =
                List.of(
                        new Thing("freeze (ms)", Trace::freezeMillis, 0.1, TIME_NOISE_MILLIS),
                        new Thing("images (bytes)", Trace::imageBytes, 0.1, FILE_NOISE_BYTES),
                        new Thing("files (bytes)", Trace::fileBytes, 0.1, FILE_NOISE_BYTES),
                        new Thing("control groups", Trace::cgroups, 0, COUNT_NOISE),
                        new Thing("mounts", Trace::mounts, 0, COUNT_NOISE),
                        new Thing("records and other files", Trace::ownFiles, 0, COUNT_NOISE),
                        new Thing("reserved addresses", Trace::reservations, 0, COUNT_NOISE),
                        new Thing("PodMigrations", Trace::migrations, 0, COUNT_NOISE),
                        new Thing("PodCheckpoints and PodRestores", Trace::halves, 0, 0),
                        new Thing(
                                "agents' live objects (bytes)",
                                Trace::agentLiveBytes,
                                0,
                                HEAP_NOISE_BYTES),
                        new Thing(
                                "agents' memory (KiB)",
                                Trace::agentKibibytes,
                                0.1,
                                MEMORY_NOISE_KIBIBYTES),
                        new Thing("agents' threads", Trace::agentThreads, 0, PROGRAM_NOISE),
                        new Thing("agents' descriptors", Trace::agentFiles, 0, PROGRAM_NOISE),
                        new Thing(
                                "operator's live objects (bytes)",
                                Trace::operatorLiveBytes,
                                0,
                                HEAP_NOISE_BYTES),
                        new Thing(
                                "operator's memory (KiB)",
                                Trace::operatorKibibytes,
                                0.1,
                                MEMORY_NOISE_KIBIBYTES),
                        new Thing("operator's threads", Trace::operatorThreads, 0, PROGRAM_NOISE),
                        new Thing(
                                "operator's descriptors", Trace::operatorFiles, 0, PROGRAM_NOISE));

        String table() {
            StringBuilder table =
                    new StringBuilder(
                            "| median of moves | %d to %d | %d to %d |%n|---|---|---|%n"
                                    .formatted(THIRD + 1, 2 * THIRD, 2 * THIRD + 1, MOVES));
            for (Thing thing : THINGS) {
                table.append(
                        "| %s | %d | %d |%n"
                                .formatted(
                                        thing.name(),
                                        median(before, thing.value()),
                                        median(after, thing.value())));
            }
            return table.toString();
        }

        void expectNone() {
            assertThat(THINGS)
                    .as("everything that a move could make grow")
                    .allSatisfy(
                            thing -> {
                                long first = median(before, thing.value());
                                assertThat(median(after, thing.value()))
                                        .as(thing.name())
                                        .isLessThanOrEqualTo(
                                                first
                                                        + Math.round(first * thing.share())
                                                        + thing.noise());
                            });
        }

        private static long median(List<Trace> traces, ToLongFunction<Trace> what) {
            return traces.stream()
                    .mapToLong(what)
                    .sorted()
                    .skip(traces.size() / 2)
                    .findFirst()
                    .orElseThrow();
        }
    }
}
