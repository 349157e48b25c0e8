package dev.podmigration.e2e.growth;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;

import io.fabric8.kubernetes.api.model.Pod;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

@OnLab
@Order(20)
final class ThirtyMovesE2E {
    private static final int MOVES = 30;
    private static final int SAMPLE = 10;

    /** What one move cost and left. */
    private record Trace(long dumpMillis, long imageBytes, long cgroups, long fileBytes) {}

    @Test
    void thirty_moves_back_and_forth_do_not_grow(Playground playground, Moves moves)
            throws IOException {
        Pod pod = playground.start(TestPods.echo("echo", NODE_A));
        List<Trace> traces = new ArrayList<>();
        try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT)) {
            String name = "echo";
            String node = NODE_A;
            for (int move = 1; move <= MOVES; move++) {
                node = Lab.otherNode(node);
                PodMigrationStatus status = moves.succeed(name, node);
                name = Moves.targetPod(status);
                client.expectAnswers(50);
                Trace trace = trace(playground.lab(), node, status);
                traces.add(trace);
                System.out.println("move " + move + ": " + trace);
            }
            client.expectMemoryIntact();
        }
        List<Trace> first = traces.subList(0, SAMPLE);
        List<Trace> last = traces.subList(MOVES - SAMPLE, MOVES);
        // Growth is by the move: what doubles, or what adds a little each time, is far above half
        // as much after thirty.
        assertThat(median(last, Trace::cgroups)).isEqualTo(median(first, Trace::cgroups));
        assertThat(median(last, Trace::imageBytes))
                .isLessThan(median(first, Trace::imageBytes) * 3 / 2);
        assertThat(median(last, Trace::fileBytes))
                .isLessThan(median(first, Trace::fileBytes) * 3 / 2 + (1 << 20));
        assertThat(median(last, Trace::dumpMillis))
                .isLessThan(median(first, Trace::dumpMillis) * 3 / 2 + 100);
    }

    private static Trace trace(Lab lab, String node, PodMigrationStatus status) {
        long cgroups =
                Long.parseLong(
                        lab.onNode(node, "find /sys/fs/cgroup -type d -path '*pod*' | wc -l")
                                .strip());
        var bytes = Objects.requireNonNull(status.getBytes(), "bytes");
        return new Trace(
                Objects.requireNonNull(
                        Objects.requireNonNull(status.getFreeze(), "freeze").getMilliseconds()),
                Objects.requireNonNull(bytes.getMemory(), "bytes.memory"),
                cgroups,
                Objects.requireNonNullElse(bytes.getFiles(), 0L));
    }

    private static long median(List<Trace> traces, java.util.function.ToLongFunction<Trace> what) {
        return traces.stream()
                .mapToLong(what)
                .sorted()
                .skip(traces.size() / 2)
                .findFirst()
                .orElseThrow();
    }
}
