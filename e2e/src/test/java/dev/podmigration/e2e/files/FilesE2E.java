package dev.podmigration.e2e.files;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;
import dev.podmigration.e2e.workload.FileWorker;
import dev.podmigration.e2e.workload.TreeManifest;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

@OnLab
@Order(2)
final class FilesE2E {
    private static final int PORT = 7000;
    private static final List<String> DIRECTORIES =
            List.of("/srv/files", "/data/files", "/dev/shm/files");

    @Test
    void added_changed_deleted_and_open_files_are_the_same_byte_for_byte(
            Playground playground, Moves moves) throws IOException {
        Pod pod = playground.start(worker());
        String address = pod.getStatus().getPodIP();
        List<String> still = manifest(playground, "files");
        String sparse = allocated(playground, "files");
        long before = check(address);

        String moved = Moves.targetPod(moves.succeed("files", NODE_B));
        assertThat(manifest(playground, moved)).isEqualTo(still);
        assertThat(allocated(playground, moved)).isEqualTo(sparse);
        long after = check(address);
        assertThat(after).as("writes through the open descriptors").isGreaterThan(before);

        // The address that the first target was given goes with a second move, like the very first.
        String next = playground.pod(moved).getStatus().getPodIP();
        String back = Moves.targetPod(moves.succeed(moved, NODE_A));
        assertThat(manifest(playground, back)).isEqualTo(still);
        assertThat(check(next)).isGreaterThan(after);
    }

    private static Pod worker() {
        List<String> arguments = new ArrayList<>(List.of(String.valueOf(PORT)));
        arguments.addAll(DIRECTORIES);
        Container container =
                new ContainerBuilder(
                                TestPods.container(
                                        "worker",
                                        List.of("-Xmx64m"),
                                        FileWorker.class,
                                        arguments.toArray(String[]::new)))
                        .addNewVolumeMount()
                        .withName("data")
                        .withMountPath("/data")
                        .endVolumeMount()
                        .withNewReadinessProbe()
                        .withNewTcpSocket()
                        .withPort(new IntOrString(PORT))
                        .endTcpSocket()
                        .withPeriodSeconds(1)
                        .endReadinessProbe()
                        .build();
        return new PodBuilder(TestPods.pod("files", NODE_A, container))
                .editSpec()
                .addNewVolume()
                .withName("data")
                .withNewEmptyDir()
                .endEmptyDir()
                .endVolume()
                .endSpec()
                .build();
    }

    /** Everything of the container's root but what the kernel and the node put there. */
    private static List<String> manifest(Playground playground, String pod) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "java",
                                "-XX:-UsePerfData",
                                "-XX:+UseSerialGC",
                                "-Dsun.jnu.encoding=UTF-8",
                                "-cp",
                                "/workload/workload.jar",
                                TreeManifest.class.getName(),
                                "/proc",
                                "/sys",
                                "/dev",
                                "/run",
                                "/etc/hosts",
                                "/etc/hostname",
                                "/etc/resolv.conf",
                                "/workload",
                                "/tmp/hsperfdata_root"));
        DIRECTORIES.forEach(directory -> command.add(directory + "/live"));
        return playground
                .exec(pod, command.toArray(String[]::new))
                .lines()
                .map(FilesE2E::withoutTimeOfMountPoints)
                .toList();
    }

    /** The runtime makes its own mount points in these directories, on each node anew. */
    private static String withoutTimeOfMountPoints(String line) {
        return line.startsWith("/ ") || line.startsWith("/etc ")
                ? line.replaceFirst(" \\S+Z ", " ")
                : line;
    }

    /** Blocks on disk of the sparse files: moved as zeros they would be a thousand times more. */
    private static String allocated(Playground playground, String pod) {
        List<String> command = new ArrayList<>(List.of("stat", "-c", "%n %b"));
        DIRECTORIES.forEach(directory -> command.add(directory + "/still/sparse"));
        return playground.exec(pod, command.toArray(String[]::new));
    }

    /** What the program itself finds, through its descriptors and mappings. */
    private static long check(String address) throws IOException {
        try (Socket socket = new Socket(address, PORT)) {
            socket.getOutputStream().write("check\n".getBytes(StandardCharsets.UTF_8));
            String answer =
                    new BufferedReader(
                                    new InputStreamReader(
                                            socket.getInputStream(), StandardCharsets.UTF_8))
                            .readLine();
            assertThat(answer).startsWith("ok ");
            return Long.parseLong(answer.substring("ok ".length()));
        }
    }
}
