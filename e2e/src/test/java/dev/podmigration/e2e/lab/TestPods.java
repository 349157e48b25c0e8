package dev.podmigration.e2e.lab;

import dev.podmigration.e2e.workload.EchoServer;
import dev.podmigration.e2e.workload.Lease;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import java.util.ArrayList;
import java.util.List;

/** Pods that run the programs of the package workload on the lab's Java image. */
public final class TestPods {
    public static final String IMAGE = "localhost/java:25";
    public static final int ECHO_PORT = 7000;

    private static final String DIRECTORY = "/workload";

    private TestPods() {}

    /** A pod that answers at {@link #ECHO_PORT}. */
    public static Pod echo(String name, String node) {
        return pod(name, node, echoContainer("echo", ECHO_PORT, 16, 4));
    }

    public static Pod echo(String name, String node, int heapMebibytes, int rewrittenPerSecond) {
        return pod(name, node, echoContainer("echo", ECHO_PORT, heapMebibytes, rewrittenPerSecond));
    }

    /** As {@link #echo(String, String)}, and it tells in a file when it runs. */
    public static Pod leasing(String name, String node) {
        Pod pod = echo(name, node);
        pod.getSpec()
                .getContainers()
                .getFirst()
                .getCommand()
                .add(1, "-D" + Lease.PROPERTY + "=" + Lease.FILE);
        return pod;
    }

    /** A pod of these containers, bound to a node as the scheduler would have bound it. */
    public static Pod pod(String name, String node, Container... containers) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("app", name)
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .withTerminationGracePeriodSeconds(0L)
                .addToContainers(containers)
                .addNewVolume()
                .withName(Playground.WORKLOAD)
                .withNewConfigMap()
                .withName(Playground.WORKLOAD)
                .endConfigMap()
                .endVolume()
                .endSpec()
                .build();
    }

    public static Container echoContainer(
            String name, int port, int heapMebibytes, int rewrittenPerSecond) {
        return new ContainerBuilder(
                        container(
                                name,
                                // The old generation must hold what lives; by itself it is only
                                // two thirds of the heap.
                                List.of(
                                        "-Xmx" + (heapMebibytes * 5 / 4 + 64) + "m",
                                        "-XX:MaxNewSize=32m"),
                                EchoServer.class,
                                String.valueOf(port),
                                String.valueOf(heapMebibytes),
                                String.valueOf(rewrittenPerSecond)))
                .addNewPort()
                .withContainerPort(port)
                .endPort()
                .withNewReadinessProbe()
                .withNewHttpGet()
                .withPath("/healthz")
                .withPort(new IntOrString(port + 1))
                .endHttpGet()
                .withPeriodSeconds(1)
                .endReadinessProbe()
                .build();
    }

    public static Container container(
            String name, List<String> options, Class<?> program, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of("java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        command.addAll(List.of("-cp", DIRECTORY + "/" + Playground.WORKLOAD_JAR));
        command.add(program.getName());
        command.addAll(List.of(arguments));
        return new ContainerBuilder()
                .withName(name)
                .withImage(IMAGE)
                .withImagePullPolicy("Never")
                .withCommand(command)
                .addNewVolumeMount()
                .withName(Playground.WORKLOAD)
                .withMountPath(DIRECTORY + "/" + Playground.WORKLOAD_JAR)
                .withSubPath(Playground.WORKLOAD_JAR)
                .endVolumeMount()
                .build();
    }
}
