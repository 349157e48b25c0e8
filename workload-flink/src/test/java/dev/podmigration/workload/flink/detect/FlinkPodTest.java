package dev.podmigration.workload.flink.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.Jvm;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Map;
import java.util.Optional;

class FlinkPodTest {

    @ParameterizedTest
    @CsvSource({
        "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint, JobManager,"
                + " Standalone, Session",
        "org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint, JobManager,"
                + " Standalone, Application",
        "org.apache.flink.kubernetes.entrypoint.KubernetesSessionClusterEntrypoint, JobManager,"
                + " Native, Session",
        "org.apache.flink.kubernetes.entrypoint.KubernetesApplicationClusterEntrypoint, JobManager,"
                + " Native, Application",
        "org.apache.flink.runtime.taskexecutor.TaskManagerRunner, TaskManager, Standalone,",
        "org.apache.flink.kubernetes.taskmanager.KubernetesTaskExecutorRunner, TaskManager, Native,"
    })
    void theMainClassOfTheProcessDecides(
            String mainClass, FlinkRole role, FlinkDeployedBy deployedBy, FlinkMode mode) {
        Pod pod = pod("registry.example.com/orders:7", List.of("run.sh"), Map.of());
        FlinkPod found = FlinkPod.of(pod, running(mainClass)).orElseThrow();
        assertThat(found.role()).isEqualTo(role);
        assertThat(found.deployedBy()).isEqualTo(deployedBy);
        assertThat(found.mode()).isEqualTo(Optional.ofNullable(mode));
        assertThat(found.evidence()).contains(mainClass);
    }

    @ParameterizedTest
    @CsvSource({
        "jobmanager, JobManager, Standalone, Session",
        "standalone-job --job-classname taskmanager, JobManager, Standalone, Application",
        "taskmanager, TaskManager, Standalone,",
        "bash -c 'kubernetes-jobmanager.sh kubernetes-session ', JobManager, Native, Session",
        "bash -c /opt/flink/bin/kubernetes-taskmanager.sh, TaskManager, Native,"
    })
    void theWordsThatTheOfficialImageTakesAreUnderstood(
            String words, FlinkRole role, FlinkDeployedBy deployedBy, FlinkMode mode) {
        Pod pod = pod("docker.io/library/flink:2.3.0", List.of(words.split(" ")), Map.of());
        FlinkPod found = FlinkPod.of(pod, List.of()).orElseThrow();
        assertThat(found.role()).isEqualTo(role);
        assertThat(found.deployedBy()).isEqualTo(deployedBy);
        assertThat(found.mode()).isEqualTo(Optional.ofNullable(mode));
    }

    @ParameterizedTest
    @CsvSource({
        "flink",
        "flink:1.20.5-scala_2.12-java17",
        "localhost:5000/flink",
        "registry.example.com:5000/team/flink:2.3@sha256:0123"
    })
    void anImageCalledFlinkIsFlinks(String image) {
        assertThat(FlinkPod.of(pod(image, List.of("taskmanager"), Map.of()), List.of()))
                .isPresent();
    }

    @Test
    void aWordAloneIsNotEnough() {
        assertThat(
                        FlinkPod.of(
                                pod("example.com/flinker:1", List.of("taskmanager"), Map.of()),
                                List.of()))
                .isEmpty();
    }

    @Test
    void aVariableOfFlinkAndAWordAreEnough() {
        Pod pod =
                new PodBuilder(pod("example.com/orders:1", List.of("taskmanager"), Map.of()))
                        .editSpec()
                        .editFirstContainer()
                        .addNewEnv()
                        .withName("JOB_MANAGER_RPC_ADDRESS")
                        .withValue("jobmanager")
                        .endEnv()
                        .endContainer()
                        .endSpec()
                        .build();
        assertThat(FlinkPod.of(pod, List.of())).isPresent();
    }

    @Test
    void anotherJavaProgramInFlinksImageIsNotFlink() {
        Pod pod = pod("flink:1.20.5", List.of("taskmanager"), Map.of());
        assertThat(FlinkPod.of(pod, running("com.example.Orders"))).isEmpty();
    }

    @Test
    void anybodyMayCallAPodATaskManager() {
        Map<String, String> labels = Map.of("app", "flink", "component", "taskmanager");
        assertThat(FlinkPod.of(pod("nginx:1", List.of(), labels), List.of())).isEmpty();
    }

    @Test
    void flinksOwnLabelsNameTheCluster() {
        Map<String, String> labels =
                Map.of(
                        "type", "flink-native-kubernetes",
                        "app", "orders",
                        "component", "taskmanager");
        FlinkPod found =
                FlinkPod.of(pod("example.com/orders:1", List.of(), labels), List.of())
                        .orElseThrow();
        assertThat(found.clusterId()).contains("orders");
        assertThat(found.isNativeTaskManager()).isTrue();
        assertThat(found.flinkOperator()).isFalse();
    }

    @Test
    void aStandaloneClusterOfTheFlinkOperatorIsTheFlinkOperators() {
        Map<String, String> labels =
                Map.of(
                        "type", "flink-standalone-kubernetes",
                        "app", "orders",
                        "component", "taskmanager");
        FlinkPod found =
                FlinkPod.of(pod("flink:1.20", List.of("taskmanager"), labels), List.of())
                        .orElseThrow();
        assertThat(found.flinkOperator()).isTrue();
        assertThat(found.clusterId()).contains("orders");
        assertThat(found.isNativeTaskManager()).isFalse();
    }

    @Test
    void aJobManagerOfTheFlinkOperatorBearsItsMark() {
        Pod pod =
                new PodBuilder(
                                pod(
                                        "flink:2.3",
                                        List.of(
                                                "bash",
                                                "-c",
                                                "kubernetes-jobmanager.sh kubernetes-application"),
                                        Map.of(
                                                "type",
                                                "flink-native-kubernetes",
                                                "app",
                                                "orders",
                                                "component",
                                                "jobmanager")))
                        .editMetadata()
                        .addToAnnotations("flinkdeployment.flink.apache.org/generation", "2")
                        .endMetadata()
                        .build();
        assertThat(FlinkPod.of(pod, List.of()).orElseThrow().flinkOperator()).isTrue();
    }

    @Test
    void theContainerOfFlinkIsFoundBesideOthers() {
        Pod pod =
                new PodBuilder(pod("fluent-bit:3", List.of("run"), Map.of()))
                        .editSpec()
                        .addNewContainer()
                        .withName("flink-main-container")
                        .withImage("example.com/orders:1")
                        .withArgs("standalone-job")
                        .endContainer()
                        .endSpec()
                        .build();
        FlinkPod found = FlinkPod.of(pod, List.of()).orElseThrow();
        assertThat(found.container()).isEqualTo("flink-main-container");
        assertThat(found.mode()).contains(FlinkMode.Application);
    }

    private static List<InspectedContainer> running(String mainClass) {
        Jvm jvm = new Jvm();
        jvm.setMainClass(mainClass);
        InspectedContainer container = new InspectedContainer();
        container.setName("main");
        container.setJvm(jvm);
        return List.of(container);
    }

    private static Pod pod(String image, List<String> arguments, Map<String, String> labels) {
        return new PodBuilder()
                .withNewMetadata()
                .withName("pod")
                .withNamespace("flink")
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage(image)
                .withArgs(arguments)
                .endContainer()
                .endSpec()
                .build();
    }
}
