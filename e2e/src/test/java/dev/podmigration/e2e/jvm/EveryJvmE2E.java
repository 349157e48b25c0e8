package dev.podmigration.e2e.jvm;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.podmigration.api.v1alpha1.Jvm;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.docs.MarkedPage;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.Program;
import dev.podmigration.e2e.lab.TestPods;
import dev.podmigration.e2e.workload.Vitals;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Each Java with each collector moves with its heap, its threads and a connected client. */
@OnLab
@Order(8)
final class EveryJvmE2E {
    private static final List<String> MOVED = new ArrayList<>();

    /** Where the table goes, below the project's directory; null for nowhere. */
    private static final @Nullable String PAGE = System.getProperty("e2e.page");

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
        String address = pod.getStatus().getPodIP();
        try (EchoClient client = EchoClient.connect(address, ECHO_PORT)) {
            client.expectAnswers(200);
            Random random = new Random(Vitals.SEED);
            long asked = System.nanoTime();
            Vitals before = vitals(address);
            assertThat(before.random()).isEqualTo(random.nextLong());

            PodMigrationStatus status = moves.succeed("echo", NODE_B);

            client.expectAnswers(200);
            client.expectMemoryIntact();
            Vitals after = vitals(address);
            assertThat(after.nanoTime() - before.nanoTime())
                    .as("nanoseconds that the program has seen go by")
                    .isBetween(1L, System.nanoTime() - asked);
            assertThat(after.processors()).isEqualTo(before.processors());
            assertThat(after.random()).isEqualTo(random.nextLong());
            Jvm jvm = status.getContainers().getFirst().getJvm();
            assertThat(jvm.getCollector()).isEqualTo(collector);
            assertThat(jvm.getVersion()).startsWith(java + ".");
            MOVED.add(
                    "| %s | %s, %s | %s |%n"
                            .formatted(
                                    java, jvm.getVersion(), jvm.getVendor(), jvm.getCollector()));
        }
    }

    private static Vitals vitals(String address) throws IOException {
        URI uri = URI.create("http://" + address + ":" + (ECHO_PORT + 1) + Vitals.PATH);
        try (InputStream answer = uri.toURL().openStream()) {
            return Vitals.parse(new String(answer.readAllBytes(), US_ASCII));
        }
    }

    @AfterAll
    static void writeTable() throws IOException {
        String table =
                "| Java | build | collector |%n|---|---|---|%n".formatted()
                        + String.join("", MOVED);
        System.out.print(table);
        if (PAGE != null) {
            new MarkedPage(Lab.project().resolve(PAGE), "EveryJvmE2E").write(table);
        }
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
