package dev.podmigration.e2e.jvm;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.HeapTrimMode;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;
import dev.podmigration.e2e.workload.Garbage;

import io.fabric8.kubernetes.api.model.Pod;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;

/** What a JVM no longer needs does not move, and it moves again when it listens to tools. */
@OnLab
@Order(8)
class TrimmedHeapE2E {

    private static final int GARBAGE_MEBIBYTES = 400;

    @Test
    void garbageStaysBehind(Playground playground, Moves moves) throws IOException {
        Pod pod = playground.start(wasteful());
        try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT)) {
            client.expectAnswers(200);

            PodMigrationStatus whole =
                    moves.succeed(
                            "echo",
                            NODE_B,
                            spec -> spec.getMemory().setTrimHeap(HeapTrimMode.Never));
            client.expectAnswers(200);
            PodMigrationStatus small = moves.succeed(Moves.targetPod(whole), NODE_A);
            client.expectAnswers(200);
            PodMigrationStatus again = moves.succeed(Moves.targetPod(small), NODE_B);

            print("as it is", whole);
            print("trimmed", small);
            print("again", again);
            client.expectAnswers(200);
            client.expectMemoryIntact();
            assertThat(whole.getBytes().getTrimmed()).isNull();
            assertThat(small.getBytes().getTrimmed()).isGreaterThan(200L << 20);
            assertThat(small.getBytes().getMemory())
                    .isLessThan(whole.getBytes().getMemory() - (200L << 20));
        }
    }

    /** The default collector, as most pods have it, and a heap that may grow. */
    private static Pod wasteful() {
        Pod pod = TestPods.echo("echo", NODE_A);
        List<String> command = pod.getSpec().getContainers().getFirst().getCommand();
        command.removeIf(word -> word.startsWith("-Xmx") || word.startsWith("-XX:MaxNewSize"));
        command.replaceAll(word -> word.equals("-XX:+UseSerialGC") ? "-XX:+UseG1GC" : word);
        command.addAll(1, List.of("-Xmx1g", "-D" + Garbage.PROPERTY + "=" + GARBAGE_MEBIBYTES));
        return pod;
    }

    private static void print(String what, PodMigrationStatus status) {
        System.out.printf(
                "%s: %d MiB moved, %d MiB given back, freeze %d ms%n",
                what,
                status.getBytes().getMemory() >> 20,
                status.getBytes().getTrimmed() == null ? 0 : status.getBytes().getTrimmed() >> 20,
                status.getFreeze().getMilliseconds());
    }
}
