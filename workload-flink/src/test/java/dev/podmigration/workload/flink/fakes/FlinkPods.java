package dev.podmigration.workload.flink.fakes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;

import java.util.Map;

/** Pods as in examples/flink-cluster.yaml. */
public final class FlinkPods {

    private FlinkPods() {}

    public static Pod jobManager(String address) {
        return pod("jobmanager-0", "jobmanager", address);
    }

    public static Pod taskManager() {
        return pod("taskmanager", "taskmanager", "10.1.0.7");
    }

    private static Pod pod(String name, String role, String address) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("flink")
                .withUid("uid-of-" + name)
                .withLabels(Map.of("app", "flink", "component", role))
                .endMetadata()
                .withNewSpec()
                .withNodeName("node-a")
                .addNewContainer()
                .withName(role)
                .withImage("docker.io/library/flink:1.20.5-scala_2.12-java17")
                .withArgs(role)
                .addNewEnv()
                .withName("JOB_MANAGER_RPC_ADDRESS")
                .withValue("jobmanager")
                .endEnv()
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .withPodIP(address)
                .endStatus()
                .build();
    }

    /** In front of the JobManager: its port 8081 leads to the port of the container. */
    public static Service service(int targetPort) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withName("jobmanager")
                .withNamespace("flink")
                .endMetadata()
                .withNewSpec()
                .withClusterIP("None")
                .withSelector(Map.of("app", "flink", "component", "jobmanager"))
                .addNewPort()
                .withName("rpc")
                .withPort(6123)
                .endPort()
                .addNewPort()
                .withName("rest")
                .withPort(8081)
                .withNewTargetPort(targetPort)
                .endPort()
                .endSpec()
                .build();
    }
}
