package dev.podmigration.e2e.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.Program;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One of the Flink clusters of examples/, with a steady job, in a namespace of a test. */
final class FlinkOnLab implements AutoCloseable {

    static final Path EXAMPLES = Lab.project().resolve("examples");
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Playground playground;
    private final boolean hasVolume;

    private FlinkOnLab(Playground playground, boolean hasVolume) {
        this.playground = playground;
        this.hasVolume = hasVolume;
    }

    static FlinkOnLab start(Playground playground, String version, String example)
            throws IOException {
        String manifests =
                Files.readString(EXAMPLES.resolve(example))
                        .replace(
                                "namespace: flink\n", "namespace: " + playground.namespace() + "\n")
                        .replace("name: flink\n", "name: " + playground.namespace() + "\n")
                        .replace("1.20.5", version);
        FlinkOnLab flink = new FlinkOnLab(playground, manifests.contains("storageClassName"));
        flink.loadImage(version);
        if (flink.hasVolume) {
            flink.makeVolume();
        }
        Path file = Files.createTempDirectory("e2e-flink").resolve(example);
        Files.writeString(file, manifests);
        playground.kubectl("apply", "-f", file.toString()).orFail();
        playground
                .kubectl(
                        "create",
                        "configmap",
                        "flink-counter-job",
                        "--from-file=counter.jar=" + counterJar())
                .orFail();
        playground
                .kubectl("wait", "--for=condition=complete", "--timeout=150s", "job/submit-counter")
                .orFail();
        flink.awaitRecords();
        return flink;
    }

    private void loadImage(String version) {
        String build = Lab.project().resolve("lab/images/flink/build").toString();
        Path layout = Lab.project().resolve("target/e2e/flink-image-" + version);
        Program.run(Duration.ofMinutes(10), List.of(build, "--flink", version, layout.toString()))
                .orFail();
        String name =
                Program.run(Duration.ofMinutes(1), List.of(build, "--flink", version, "--name"))
                        .orFail();
        playground.lab().run("image", layout.toString(), name).orFail();
    }

    private void makeVolume() throws IOException {
        playground
                .lab()
                .onNode(
                        Lab.NODE_A,
                        """
                        test -d /mnt/shared || {
                            echo "this lab was started before it had /mnt/shared: lab/lab down, lab/lab up" >&2
                            exit 1
                        }
                        rm -rf /mnt/shared/checkpoints /mnt/shared/savepoints /mnt/shared/jobs
                        """);
        Path file = Files.createTempDirectory("e2e-flink").resolve("volume.yaml");
        Files.writeString(
                file,
                Files.readString(Lab.project().resolve("lab/manifests/shared-volume.yaml"))
                        .replace("name: shared\n", "name: " + playground.namespace() + "\n"));
        playground.kubectl("apply", "-f", file.toString()).orFail();
    }

    /** The jobs in a state, by the JobManager's own word. */
    List<String> jobs(String state) {
        List<String> found = new ArrayList<>();
        for (JsonNode job : ask("/jobs").path("jobs")) {
            if (job.path("status").asText().equals(state)) {
                found.add(job.path("id").asText());
            }
        }
        return found;
    }

    String runningJob() {
        List<String> running = jobs("RUNNING");
        assertThat(running).hasSize(1);
        return running.getFirst();
    }

    long accumulator(String name) {
        for (JsonNode accumulator :
                ask("/jobs/" + runningJob() + "/accumulators").path("user-task-accumulators")) {
            if (accumulator.path("name").asText().equals(name)) {
                return accumulator.path("value").asLong();
            }
        }
        return 0;
    }

    /** So many that each key has been counted often. */
    void awaitRecords() {
        await("records")
                .atMost(LIMIT)
                .pollInterval(Duration.ofSeconds(1))
                .ignoreExceptions()
                .until(() -> accumulator("records") > 500);
    }

    long restored() {
        return ask("/jobs/" + runningJob() + "/checkpoints")
                .path("counts")
                .path("restored")
                .asLong();
    }

    void expectNoWrongCount() {
        awaitRecords();
        assertThat(accumulator("wrongCounts")).isZero();
    }

    private JsonNode ask(String path) {
        String answer =
                playground
                        .kubectl(
                                "get",
                                "--raw",
                                "/api/v1/namespaces/"
                                        + playground.namespace()
                                        + "/services/jobmanager:rest/proxy"
                                        + path)
                        .orFail();
        try {
            return MAPPER.readTree(answer);
        } catch (IOException noJson) {
            throw new UncheckedIOException(noJson);
        }
    }

    /** The later one of a full and a quick build. */
    static Path counterJar() throws IOException {
        Path module = EXAMPLES.resolve("flink-counter-job/target");
        Path full = module.resolve("flink-counter-job.jar");
        Path quick = module.resolve("quick/flink-counter-job.jar");
        if (!Files.exists(full)) {
            return quick;
        }
        boolean quickIsLater =
                Files.exists(quick)
                        && Files.getLastModifiedTime(quick)
                                        .compareTo(Files.getLastModifiedTime(full))
                                > 0;
        return quickIsLater ? quick : full;
    }

    @Override
    public void close() {
        if (hasVolume) {
            playground.kubectl("delete", "pvc", "flink-state", "--wait=false");
            playground.kubectl("delete", "pv", playground.namespace(), "--wait=false");
        }
    }
}
