package dev.podmigration.workload.flink.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.workload.flink.detect.FlinkPod;
import dev.podmigration.workload.flink.fakes.FakeNamespace;
import dev.podmigration.workload.flink.fakes.FlinkPods;
import dev.podmigration.workload.flink.rest.FlinkFailure;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;

class RestEndpointTest {

    private final FakeNamespace namespace = new FakeNamespace();

    @BeforeEach
    void cluster() {
        namespace.put(
                FlinkPods.jobManager("10.1.0.5"), FlinkPods.taskManager(), FlinkPods.service(8081));
    }

    @Test
    void aTaskManagerLeadsToThePodBehindTheNameThatItIsGiven() throws Exception {
        assertThat(find(FlinkPods.taskManager())).isEqualTo("10.1.0.5:8081");
        namespace.put(FlinkPods.service(9081));
        assertThat(find(FlinkPods.taskManager())).isEqualTo("10.1.0.5:9081");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jobmanager",
                "jobmanager.flink",
                "jobmanager.flink.svc",
                "jobmanager.flink.svc.cluster.local"
            })
    void theNameMayBeALongOne(String name) throws Exception {
        assertThat(find(rpcAddress(name))).isEqualTo("10.1.0.5:8081");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jobmanager.other",
                "jobmanager.other.svc",
                "jobmanager.example.com",
                "169.254.169.254",
                "10.0.0.1",
                "::1",
                "missing",
                "a/../b",
                "$(ADDRESS)",
                ""
            })
    void aNameOfElsewhereIsRefused(String name) {
        assertThat(reason(rpcAddress(name))).isEqualTo(FailureReason.FlinkRestUnreachable);
    }

    @Test
    void aJobManagerIsItsOwnEndpoint() throws Exception {
        assertThat(find(FlinkPods.jobManager("10.1.0.6"))).isEqualTo("10.1.0.6:8081");
        Pod other =
                new PodBuilder(FlinkPods.jobManager("10.1.0.6"))
                        .editSpec()
                        .editFirstContainer()
                        .addNewEnv()
                        .withName("FLINK_PROPERTIES")
                        .withValue("rest.port: 1\nrest.port: '9999'\n")
                        .endEnv()
                        .endContainer()
                        .endSpec()
                        .build();
        assertThat(find(other)).isEqualTo("10.1.0.6:9999");
    }

    @Test
    void theAnnotationNamesAServiceAndItsPort() throws Exception {
        namespace.put(
                new ServiceBuilder(FlinkPods.service(7777))
                        .editMetadata()
                        .withName("flink-ui")
                        .endMetadata()
                        .build());
        assertThat(find(annotated("flink-ui:8081"))).isEqualTo("10.1.0.5:7777");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://jobmanager:8081",
                "jobmanager",
                "jobmanager:",
                "jobmanager:0",
                "jobmanager:99999",
                "jobmanager:8081/x",
                "jobmanager.other:8081",
                "10.0.0.1:8081",
                "[::1]:8081",
                "jobmanager:9",
                "missing:8081",
                ""
            })
    void nothingElseMayBeInTheAnnotation(String value) {
        assertThat(reason(annotated(value))).isEqualTo(FailureReason.FlinkRestUnreachable);
    }

    /** People write the endpoints of such a Service themselves. */
    @Test
    void aServiceWithoutASelectorIsRefused() {
        namespace.put(
                new ServiceBuilder(FlinkPods.service(8081))
                        .editSpec()
                        .withSelector(null)
                        .endSpec()
                        .build());
        assertThat(reason(FlinkPods.taskManager())).isEqualTo(FailureReason.FlinkRestUnreachable);
    }

    @Test
    void aServiceThatLeadsToOtherPodsIsRefused() {
        namespace.put(
                new ServiceBuilder(FlinkPods.service(8081))
                        .editSpec()
                        .withSelector(Map.of("component", "taskmanager"))
                        .endSpec()
                        .build());
        assertThat(reason(FlinkPods.taskManager())).isEqualTo(FailureReason.FlinkRestUnreachable);
    }

    /** Its address is that of the node, where other programs listen. */
    @Test
    void aJobManagerOnTheNetworkOfTheNodeIsRefused() {
        namespace.put(
                new PodBuilder(FlinkPods.jobManager("10.1.0.5"))
                        .editSpec()
                        .withHostNetwork(true)
                        .endSpec()
                        .build());
        assertThat(reason(FlinkPods.taskManager())).isEqualTo(FailureReason.FlinkRestUnreachable);
    }

    @Test
    void aJobManagerThatIsGoingIsNotAsked() throws Exception {
        Pod going =
                new PodBuilder(FlinkPods.jobManager("10.1.0.5"))
                        .editMetadata()
                        .withDeletionTimestamp("2026-01-01T00:00:00Z")
                        .endMetadata()
                        .build();
        namespace.put(going);
        assertThat(reason(FlinkPods.taskManager())).isEqualTo(FailureReason.FlinkRestUnreachable);
        namespace.put(
                new PodBuilder(FlinkPods.jobManager("10.1.0.8"))
                        .editMetadata()
                        .withName("jobmanager-1")
                        .endMetadata()
                        .build());
        assertThat(find(FlinkPods.taskManager())).isEqualTo("10.1.0.8:8081");
    }

    @Test
    void flinksOwnLabelsLeadToTheJobManagerOfTheSameCluster() throws Exception {
        namespace.put(
                labelled(FlinkPods.jobManager("10.1.0.4"), "a-jm", "other", "jobmanager"),
                labelled(FlinkPods.jobManager("10.1.0.9"), "b-jm", "orders", "jobmanager"));
        assertThat(find(labelled(FlinkPods.taskManager(), "tm", "orders", "taskmanager")))
                .isEqualTo("10.1.0.9:8081");
    }

    private static Pod labelled(Pod pod, String name, String cluster, String component) {
        return new PodBuilder(pod)
                .editMetadata()
                .withName(name)
                .withLabels(
                        Map.of(
                                "type", "flink-native-kubernetes",
                                "app", cluster,
                                "component", component))
                .endMetadata()
                .build();
    }

    private static Pod annotated(String value) {
        return new PodBuilder(FlinkPods.taskManager())
                .editMetadata()
                .addToAnnotations(RestEndpoint.ANNOTATION, value)
                .endMetadata()
                .build();
    }

    private static Pod rpcAddress(String name) {
        return new PodBuilder(FlinkPods.taskManager())
                .editSpec()
                .editFirstContainer()
                .editFirstEnv()
                .withValue(name)
                .endEnv()
                .endContainer()
                .endSpec()
                .build();
    }

    private String find(Pod pod) throws FlinkFailure {
        return RestEndpoint.find(pod, FlinkPod.of(pod, List.of()).orElseThrow(), namespace)
                .address()
                .toString();
    }

    private FailureReason reason(Pod pod) {
        return catchThrowableOfType(FlinkFailure.class, () -> find(pod)).reason();
    }
}
