package dev.podmigration.e2e.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationSpec;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;

import io.fabric8.kubernetes.client.utils.Serialization;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * TaskManagers and JobManagers moved by examples/flink-migration-with-tcp-flags.yaml, judged by
 * examples/flink-verdict.
 */
@OnLab
@Order(9)
final class FlinkE2E {
    private static final String POD = "taskmanager";

    private static final String FLINK_RUN =
            "exec flink run --detached --jobmanager jobmanager:8081 /opt/flink/usrlib/counter.jar";

    @ParameterizedTest
    @ValueSource(strings = {"1.20.5", "2.3.0"})
    void flink_notices_nothing_when_its_task_manager_moves(
            String version, Playground playground, Moves moves) throws IOException {
        try (FlinkOnLab flink = FlinkOnLab.start(playground, version, "flink-cluster.yaml")) {
            move(POD, flink, playground, moves);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.20.5", "2.3.0"})
    void flink_notices_nothing_when_its_job_manager_moves(
            String version, Playground playground, Moves moves) throws IOException {
        try (FlinkOnLab flink = FlinkOnLab.start(playground, version, "flink-cluster.yaml")) {
            String pod = playground.component("jobmanager").getMetadata().getName();
            move(pod, flink, playground, moves);
        }
    }

    /** Of 2.3.0 only: what runs an application in 1.20.5 is not on Maven Central. */
    @Test
    void flink_notices_nothing_when_the_pods_of_a_standalone_application_move(
            Playground playground, Moves moves) throws IOException {
        try (FlinkOnLab flink =
                FlinkOnLab.start(
                        playground, "2.3.0", "flink-cluster.yaml", FlinkE2E::asApplication)) {
            PodMigrationStatus moved = move(POD, flink, playground, moves);
            move(Moves.targetPod(moved), flink, playground, moves);
            String manager = playground.component("jobmanager").getMetadata().getName();
            move(manager, flink, playground, moves);
        }
    }

    /**
     * Its JobManager runs the one job, whose classes all pods have; what would submit it waits for
     * the REST endpoint only.
     */
    private static String asApplication(String cluster) {
        String started =
                replaced(
                        cluster,
                        "args: [jobmanager]",
                        "args: [standalone-job, --job-classname, "
                                + "dev.podmigration.examples.flink.CounterJob]");
        return withJar("taskmanager", withJar("jobmanager", replaced(started, FLINK_RUN, "true")));
    }

    private static String withJar(String container, String cluster) {
        Matcher list =
                Pattern.compile(
                                "^( +)containers:\\n +- name: " + container + "\\n",
                                Pattern.MULTILINE)
                        .matcher(cluster);
        assertThat(list.find()).isTrue();
        String jar =
                """
                volumes:
                  - name: jar
                    configMap:
                      name: flink-counter-job
                containers:
                  - name: %s
                    volumeMounts:
                      - name: jar
                        mountPath: /opt/flink/usrlib
                """
                        .formatted(container)
                        .indent(list.group(1).length());
        return cluster.substring(0, list.start()) + jar + cluster.substring(list.end());
    }

    private static String replaced(String text, String part, String by) {
        assertThat(text).containsOnlyOnce(part);
        return text.replace(part, by);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.20.5", "2.3.0"})
    void kafka_and_flink_notice_nothing_when_a_task_manager_with_all_features_moves(
            String version, Playground playground, Moves moves) throws IOException {
        try (FlinkOnLab flink = FlinkOnLab.start(playground, version, "flink-full.yaml")) {
            List<String> connections = flink.connectionsToKafka(POD);
            assertThat(connections).isNotEmpty();

            PodMigrationStatus status = move(POD, flink, playground, moves);

            assertThat(flink.connectionsToKafka(Moves.targetPod(status))).containsAll(connections);
            CountVerdict verdict = flink.countVerdict();
            System.out.println(verdict);
            assertThat(verdict.wrong()).isZero();
            assertThat(verdict.records()).isGreaterThan(1000);
        }
    }

    private static PodMigrationStatus move(
            String pod, FlinkOnLab flink, Playground playground, Moves moves) throws IOException {
        PodMigrationSpec example = example();
        flink.awaitSteadyJob();
        String node = playground.pod(pod).getSpec().getNodeName();
        PodMigrationStatus status =
                moves.succeed(
                        pod,
                        Lab.otherNode(node),
                        spec -> {
                            spec.setCheckpoint(example.getCheckpoint());
                            spec.setNetwork(example.getNetwork());
                            spec.setLimits(example.getLimits());
                        });
        assertThat(status.getStrategy().getChosen()).isEqualTo(Strategy.Checkpoint);
        assertThat(
                        flink.jobManager()
                                .checkpointsUnderWay(
                                        flink.runningJob(),
                                        Instant.parse(status.getFreeze().getStart())))
                .as("checkpoints that the freeze interrupted")
                .isEmpty();
        String taskManager = playground.component("taskmanager").getMetadata().getName();
        assertThat(flink.expectNothingNoticed()).contains("-> " + taskManager + " on ");
        return status;
    }

    private static PodMigrationSpec example() throws IOException {
        return Serialization.unmarshal(
                        Files.readString(
                                FlinkOnLab.EXAMPLES.resolve("flink-migration-with-tcp-flags.yaml")),
                        PodMigration.class)
                .getSpec();
    }
}
