package dev.podmigration.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;

import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** What makes a pod the target of a migration is the operator's. */
@ExtendWith(ApiServerExtension.class)
class PodPolicyIT {

    private static final String POLICY = "podmigration-pods";
    private static final String OPERATOR =
            "system:serviceaccount:" + Chart.NAMESPACE + ":podmigration-operator";
    private static final String RESTORE = "podmigration.dev/restore";
    private static final String USER = "user";

    private final ApiServer server;
    private final Users users;

    PodPolicyIT(ApiServer server) {
        this.server = server;
        users = new Users(server, server.newNamespace("pod-policy"));
    }

    @BeforeEach
    void installTheChartsPolicy() {
        server.client()
                .resource(
                        new ServiceAccountBuilder()
                                .withNewMetadata()
                                .withName("default")
                                .withNamespace(users.namespace())
                                .endMetadata()
                                .build())
                .create();
        server.client()
                .resource(
                        new GenericKubernetesResourceBuilder()
                                .withApiVersion("node.k8s.io/v1")
                                .withKind("RuntimeClass")
                                .withNewMetadata()
                                .withName("podmigration")
                                .endMetadata()
                                .addToAdditionalProperties("handler", "podmigration")
                                .build())
                .serverSideApply();
        policies(Map.of()).forEach(policy -> server.client().resource(policy).serverSideApply());
        users.grant(
                USER,
                Users.rule("", "pods", "*"),
                Users.rule("", "pods/status", "*"),
                Users.rule("", "pods/binding", "create"));
        users.grant(OPERATOR, Users.rule("", "pods", "*"), Users.rule("", "pods/status", "*"));
        await().atMost(Users.PATIENCE)
                .until(() -> refusal(create(pod -> annotated(pod, RESTORE, "x"))) != null);
    }

    @AfterEach
    void removeIt() {
        policies(Map.of()).forEach(policy -> server.client().resource(policy).delete());
    }

    @Test
    void ordinaryPodsAreNotAskedAbout() {
        users.assertAllowed(USER, create(pod -> pod));
        users.assertAllowed(USER, create(pod -> annotated(pod, "example.com/restore", "x")));
    }

    @Test
    void nobodyButTheOperatorMakesTargets() {
        UnaryOperator<PodBuilder> target =
                pod ->
                        annotated(pod, RESTORE, "x")
                                .editSpec()
                                .withRuntimeClassName("podmigration")
                                .endSpec();

        assertThat(refusal(create(target))).contains("NotPermitted: annotations of a pod");
        assertThat(
                        refusal(
                                create(
                                        pod ->
                                                pod.editSpec()
                                                        .withRuntimeClassName("podmigration")
                                                        .endSpec())))
                .contains("NotPermitted: the RuntimeClass podmigration");
        assertThat(refusal(create(pod -> labelled(pod, "podmigration.dev/restored", "true"))))
                .contains("NotPermitted: labels of a pod");
        users.assertAllowed(OPERATOR, create(target));
    }

    @Test
    void nobodyButTheOperatorChangesWhatItHasSet() {
        Pod pod = target();

        for (String change :
                List.of(
                        annotations("{\"" + RESTORE + "\":\"other\"}"),
                        annotations("{\"" + RESTORE + "\":null}"),
                        annotations("{\"podmigration.dev/owner\":\"{}\"}"),
                        annotations("null"),
                        "{\"metadata\":{\"labels\":{\"podmigration.dev/restored\":null}}}")) {
            assertThat(refusal(patch(pod, change))).as(change).contains("NotPermitted");
            users.assertAllowed(OPERATOR, patch(pod, change));
        }
    }

    @Test
    void theWayThroughTheStatusIsClosedToo() {
        Pod pod = target();

        assertThat(
                        refusal(
                                client ->
                                        client.pods()
                                                .resource(pod)
                                                .subresource("status")
                                                .patch(
                                                        PatchContext.of(PatchType.JSON_MERGE),
                                                        annotations("{\"" + RESTORE + "\":null}"))))
                .contains("NotPermitted");
    }

    @Test
    void theWayThroughTheBindingIsClosedToo() {
        Pod pod = server.client().resource(builder().build()).create();

        assertThat(refusal(bind(pod, "{\"" + RESTORE + "\":\"x\"}")))
                .contains("NotPermitted: annotations of a pod");
        users.assertAllowed(USER, bind(pod, "{\"example.com/a\":\"b\"}"));
        // So it is a way.
        assertThat(server.client().resource(pod).get().getMetadata().getAnnotations())
                .containsEntry("example.com/a", "b");
    }

    private static Consumer<KubernetesClient> bind(Pod pod, String annotations) {
        String path =
                "/api/v1/namespaces/%s/pods/%s/binding"
                        .formatted(pod.getMetadata().getNamespace(), pod.getMetadata().getName());
        String binding =
                """
                {"apiVersion": "v1", "kind": "Binding",
                 "metadata": {"name": "%s", "annotations": %s},
                 "target": {"apiVersion": "v1", "kind": "Node", "name": "node-a"}}
                """
                        .formatted(pod.getMetadata().getName(), annotations);
        return client -> client.raw(path, "POST", binding);
    }

    @Test
    void everythingElseOfAMovedPodCanBeChanged() {
        Pod pod = target();

        users.assertAllowed(
                USER,
                patch(
                        pod,
                        "{\"metadata\":{\"labels\":{\"app\":\"new\"},"
                                + "\"annotations\":{\"example.com/a\":\"b\"}}}"));
    }

    @Test
    void theCheckCanBeSwitchedOff() {
        assertThat(policies(Map.of())).hasSize(2);
        assertThat(policies(Map.of("admission.protectPods", "false"))).isEmpty();
    }

    private String refusal(Consumer<KubernetesClient> request) {
        return users.refusal(POLICY, USER, request);
    }

    /** One that the operator has made. */
    private Pod target() {
        Pod pod =
                labelled(annotated(builder(), RESTORE, "x"), "podmigration.dev/restored", "true")
                        .editMetadata()
                        .withName("target")
                        .endMetadata()
                        .editSpec()
                        .withRuntimeClassName("podmigration")
                        .endSpec()
                        .build();
        users.assertAllowed(OPERATOR, client -> client.resource(pod).create());
        return pod;
    }

    private Consumer<KubernetesClient> create(UnaryOperator<PodBuilder> change) {
        return client -> client.resource(change.apply(builder()).build()).dryRun().create();
    }

    private static Consumer<KubernetesClient> patch(Pod pod, String change) {
        return client ->
                client.resource(pod).dryRun().patch(PatchContext.of(PatchType.JSON_MERGE), change);
    }

    private static String annotations(String value) {
        return "{\"metadata\":{\"annotations\":" + value + "}}";
    }

    private PodBuilder builder() {
        return new PodBuilder()
                .withNewMetadata()
                .withGenerateName("pod-")
                .withNamespace(users.namespace())
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage("example.org/app:1")
                .endContainer()
                .endSpec();
    }

    private static PodBuilder annotated(PodBuilder pod, String key, String value) {
        return pod.editMetadata().addToAnnotations(key, value).endMetadata();
    }

    private static PodBuilder labelled(PodBuilder pod, String key, String value) {
        return pod.editMetadata().addToLabels(key, value).endMetadata();
    }

    private static List<HasMetadata> policies(Map<String, String> values) {
        return Chart.ofThisProject().objects(values).stream()
                .filter(object -> object.getKind().startsWith("ValidatingAdmissionPolicy"))
                .filter(object -> object.getMetadata().getName().equals(POLICY))
                .toList();
    }
}
