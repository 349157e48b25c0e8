package dev.podmigration.e2e.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.e2e.lab.CommandOutcome;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.Program;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** One of the Flink clusters of examples/, with a steady job, in a namespace of a test. */
public final class FlinkOnLab implements AutoCloseable {

    static final Path EXAMPLES = Lab.project().resolve("examples");
    private static final Duration LIMIT = Duration.ofMinutes(3);

    /** Of five seconds. */
    private static final long FRESH_RECORDS = 1000;

    private final Playground playground;
    private final JobManager jobManager;
    private final boolean hasVolume;
    private final Path scratch;
    private final Path manifests;

    private FlinkOnLab(Playground playground, boolean hasVolume, Path scratch) {
        this.playground = playground;
        this.jobManager = new JobManager(playground);
        this.hasVolume = hasVolume;
        this.scratch = scratch;
        this.manifests = scratch.resolve("cluster.yaml");
    }

    public static FlinkOnLab start(Playground playground, String version, String example)
            throws IOException {
        return start(playground, version, example, manifests -> manifests);
    }

    /**
     * The same with another text of the example.
     *
     * @param change to it
     */
    public static FlinkOnLab start(
            Playground playground, String version, String example, UnaryOperator<String> change)
            throws IOException {
        String manifests =
                change.apply(Files.readString(EXAMPLES.resolve(example)))
                        .replace(
                                "namespace: flink\n", "namespace: " + playground.namespace() + "\n")
                        .replace("name: flink\n", "name: " + playground.namespace() + "\n")
                        .replace("1.20.5", version);
        FlinkOnLab flink =
                new FlinkOnLab(
                        playground,
                        manifests.contains("storageClassName"),
                        Files.createTempDirectory("e2e-flink"));
        if (manifests.contains("/flink-full:")) {
            flink.loadImage("flink", "--flink", version, "--full");
            flink.loadImage("kafka");
        } else {
            flink.loadImage("flink", "--flink", version);
        }
        if (flink.hasVolume) {
            flink.makeVolume();
        }
        if (manifests.contains("s3://")) {
            flink.makeObjectStore();
        }
        Files.writeString(flink.manifests, manifests);
        playground.kubectl("apply", "-f", flink.manifests.toString()).orFail();
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

    private void loadImage(String image, String... options) {
        List<String> build = new ArrayList<>();
        build.add(Lab.project().resolve("lab/images/" + image + "/build").toString());
        build.addAll(List.of(options));
        List<String> name = new ArrayList<>(build);
        name.add("--name");
        build.add(
                Lab.project()
                        .resolve("target/e2e/" + image + "-image" + String.join("", options))
                        .toString());
        String layout = Program.run(Duration.ofMinutes(10), build).orFail();
        playground
                .lab()
                .run("image", layout, Program.run(Duration.ofMinutes(1), name).orFail())
                .orFail();
    }

    private void makeObjectStore() {
        loadImage("s3");
        playground
                .kubectl(
                        "apply",
                        "-f",
                        Lab.project().resolve("lab/manifests/object-store.yaml").toString())
                .orFail();
        playground.awaitReady("object-store");
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
        Path file = scratch.resolve("volume.yaml");
        Files.writeString(
                file,
                Files.readString(Lab.project().resolve("lab/manifests/shared-volume.yaml"))
                        .replace("name: shared\n", "name: " + playground.namespace() + "\n"));
        playground.kubectl("apply", "-f", file.toString()).orFail();
    }

    /**
     * Applies one of the migrations of examples/, as a user would.
     *
     * @return its name
     */
    String apply(String migration) throws IOException {
        String text =
                Files.readString(EXAMPLES.resolve(migration))
                        .replace(
                                "namespace: flink\n",
                                "namespace: " + playground.namespace() + "\n");
        Path manifest = scratch.resolve(migration);
        Files.writeString(manifest, text);
        playground.kubectl("apply", "-f", manifest.toString()).orFail();
        return Serialization.unmarshal(text, PodMigration.class).getMetadata().getName();
    }

    /** One more TaskManager like the example's, not created yet. */
    public Pod taskManagerOn(String node) throws IOException {
        try (InputStream objects = Files.newInputStream(manifests)) {
            return playground.client().load(objects).items().stream()
                    .filter(Pod.class::isInstance)
                    .map(Pod.class::cast)
                    .filter(pod -> pod.getMetadata().getName().equals("taskmanager"))
                    .map(pod -> new PodBuilder(pod))
                    .map(
                            pod ->
                                    pod.editMetadata()
                                            .withName("taskmanager-" + System.currentTimeMillis())
                                            .endMetadata()
                                            .editSpec()
                                            .withNodeName(node)
                                            .endSpec()
                                            .build())
                    .findFirst()
                    .orElseThrow();
        }
    }

    public JobManager jobManager() {
        return jobManager;
    }

    String runningJob() {
        return jobManager.runningJob();
    }

    List<String> jobs(String state) {
        return jobManager.jobs(state);
    }

    /** So many that each key has been counted often. */
    public void awaitRecords() {
        await("records")
                .atMost(LIMIT)
                .pollInterval(Duration.ofSeconds(1))
                .ignoreExceptions()
                .until(() -> jobManager.accumulator("records") > 500);
    }

    long restored() {
        return jobManager.checkpoints(runningJob(), "restored");
    }

    /** Of none of the records so far, nor of those of the next seconds. */
    void expectNoWrongCount() {
        // What Flink says of them is up to two seconds old. A restart counts from 0 again.
        AtomicLong fewest = new AtomicLong(Long.MAX_VALUE);
        await("more records")
                .atMost(LIMIT)
                .pollInterval(Duration.ofSeconds(1))
                .ignoreExceptions()
                .until(
                        () -> {
                            long records = jobManager.accumulator("records");
                            return records - fewest.accumulateAndGet(records, Math::min)
                                    > FRESH_RECORDS;
                        });
        assertThat(jobManager.accumulator("wrongCounts")).isZero();
    }

    /** Remembers how the job stands for {@link #expectNothingNoticed}, once it is steady. */
    public void awaitSteadyJob() {
        await("a steady job")
                .atMost(LIMIT)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> flinkVerdict("begin").succeeded());
    }

    /**
     * Asks Flink by examples/flink-verdict about the time since {@link #awaitSteadyJob}.
     *
     * @return what it says
     */
    String expectNothingNoticed() {
        CommandOutcome outcome = flinkVerdict("end");
        String said = outcome.output() + outcome.errors();
        System.out.println(said);
        assertThat(said)
                .contains("0 restarts, 0 failed checkpoints, 0 wrong counts")
                .contains("the same one as before");
        return said;
    }

    /** A job was stopped, and another one went on from its savepoint. */
    void expectResumed(String stopped) {
        assertThat(jobs("FINISHED")).contains(stopped);
        String job = runningJob();
        assertThat(job).isNotEqualTo(stopped);
        assertThat(jobManager.checkpoints(job, "restored")).isEqualTo(1);
        expectNoWrongCount();
        jobManager.awaitCheckpoint();
        assertThat(jobManager.restarts(job)).isZero();
        System.out.printf(
                "%s goes on as %s: since then at most %d ms without a record, %d failed"
                        + " checkpoints%n",
                stopped,
                job,
                jobManager.accumulator("maxGapMillis"),
                jobManager.checkpoints(job, "failed"));
    }

    private CommandOutcome flinkVerdict(String verb) {
        String kubectl = playground.lab().run("bin", "kubectl").orFail();
        return Program.run(
                Duration.ofMinutes(4),
                List.of(
                        EXAMPLES.resolve("flink-verdict").toString(),
                        verb,
                        scratch.resolve("steady").toString()),
                Map.of(
                        "FLINK_NAMESPACE",
                        playground.namespace(),
                        "KUBECTL",
                        kubectl,
                        "KUBECONFIG",
                        playground.lab().kubeconfig().toString()));
    }

    /** Both ends of the pod's connections to Kafka, as the kernel writes them. */
    List<String> connectionsToKafka(String pod) {
        return playground
                .exec(
                        pod,
                        "sh",
                        "-c",
                        // 9092, established.
                        "cat /proc/net/tcp /proc/net/tcp6 | awk '$3 ~ /:2384$/ && $4 == \"01\""
                                + " { print $2, $3 }'")
                .lines()
                .sorted()
                .toList();
    }

    /** Of all counts in Kafka. */
    CountVerdict countVerdict() {
        return countVerdictSince(0);
    }

    /** Of all counts in Kafka, with gaps from then on. */
    public CountVerdict countVerdictSince(long millis) {
        return CountVerdict.parse(
                playground.exec(
                        "numbers",
                        "java",
                        "-Xmx64m",
                        "-cp",
                        "/opt/kafka/libs/*:/jar/counter.jar",
                        "dev.podmigration.examples.flink.CountVerdict",
                        "kafka:9092",
                        Long.toString(millis)));
    }

    /** The later one of a full and a quick build. */
    private static Path counterJar() throws IOException {
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
