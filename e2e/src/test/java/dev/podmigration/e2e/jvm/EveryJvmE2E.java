package dev.podmigration.e2e.jvm;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.Program;
import dev.podmigration.e2e.lab.TestPods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Each Java with each collector moves with its heap, its threads and a connected client. */
@OnLab
@Order(8)
final class EveryJvmE2E {
    private static final List<String> MOVED = new ArrayList<>();

    static Stream<Arguments> jvms() {
        return Stream.of("17", "21", "25")
                .flatMap(
                        java ->
                                Stream.of("G1", "Serial", "Parallel", "Z")
                                        .map(collector -> Arguments.of(java, collector)));
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void a_jvm_goes_on_with_its_heap_and_its_client(
            String java, String collector, Playground playground, Moves moves) throws IOException {
        Pod pod = playground.start(pod(image(playground, java), collector));
        try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT)) {
            client.expectAnswers(200);
            String target = Moves.targetPod(moves.succeed("echo", NODE_B));
            client.expectAnswers(200);
            client.expectMemoryIntact();
            String version =
                    playground.exec(target, "sh", "-c", "java -version 2>&1 | sed -n 2p").strip();
            MOVED.add("| %s | %s | %s |".formatted(java, collector, version));
        }
    }

    /** For people: what the last run has moved. */
    @AfterAll
    static void writeTable() throws IOException {
        Path table = Path.of("target/moved-jvms.md");
        Files.createDirectories(table.getParent());
        Files.writeString(
                table,
                "| Java | collector | build |\n|---|---|---|\n" + String.join("\n", MOVED) + "\n");
    }

    private static String image(Playground playground, String java) {
        String name = "localhost/java:" + java;
        // Built on demand.
        String layout =
                Program.run(Duration.ofMinutes(10), playground.lab().command("base-image", java))
                        .orFail()
                        .lines()
                        .toList()
                        .getLast();
        playground.lab().run("image", layout, name).orFail();
        return name;
    }

    private static Pod pod(String image, String collector) {
        Pod pod = TestPods.echo("echo", NODE_A);
        Container container = pod.getSpec().getContainers().getFirst();
        container.setImage(image);
        container
                .getCommand()
                .replaceAll(
                        word ->
                                word.equals("-XX:+UseSerialGC")
                                        ? "-XX:+Use" + collector + "GC"
                                        : word);
        return pod;
    }
}
