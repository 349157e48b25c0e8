package dev.podmigration.e2e.api;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;

import java.util.Map;

/**
 * Objects as a user writes them: as text, so that they can be wrong in ways that the Java types do
 * not allow.
 */
final class Manifests {
    private final KubernetesClient client;
    private final String namespace;

    Manifests(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    GenericKubernetesResource create(String kind, String spec) {
        return resource(manifest(kind, "{generateName: row-}", spec)).create();
    }

    GenericKubernetesResource createNamed(String kind, String name, String spec) {
        return resource(manifest(kind, "{name: " + name + "}", spec)).create();
    }

    /** The message with which the server refuses an object, or a text that says that it did not. */
    String refusalOf(String kind, String spec) {
        return refusal(() -> create(kind, spec));
    }

    String refusalOfNamed(String kind, String name, String spec) {
        return refusal(() -> createNamed(kind, name, spec));
    }

    GenericKubernetesResource changeSpec(GenericKubernetesResource object, String specPatch) {
        var patch =
                Serialization.asJson(
                        Serialization.unmarshal("spec: {" + specPatch + "}", Map.class));
        return resource(object).patch(PatchContext.of(PatchType.JSON_MERGE), patch);
    }

    void setStatus(GenericKubernetesResource object, String status) {
        object.setAdditionalProperty(
                "status",
                Serialization.unmarshal("status: {" + status + "}", Map.class).get("status"));
        resource(object).updateStatus();
    }

    void delete(GenericKubernetesResource object) {
        resource(object).delete();
    }

    String refusalOfChange(GenericKubernetesResource object, String specPatch) {
        return refusal(() -> changeSpec(object, specPatch));
    }

    private Resource<GenericKubernetesResource> resource(GenericKubernetesResource object) {
        return client.genericKubernetesResources(object.getApiVersion(), object.getKind())
                .inNamespace(namespace)
                .resource(object);
    }

    private static GenericKubernetesResource manifest(String kind, String metadata, String spec) {
        return Serialization.unmarshal(
                """
                apiVersion: podmigration.dev/v1alpha1
                kind: %s
                metadata: %s
                spec: {%s}
                """
                        .formatted(kind, metadata, spec),
                GenericKubernetesResource.class);
    }

    private static String refusal(Runnable request) {
        var refusal = catchThrowableOfType(KubernetesClientException.class, request::run);
        if (refusal == null) {
            return "accepted";
        }
        if (refusal.getCode() != 422) {
            throw refusal;
        }
        return refusal.getMessage();
    }
}
