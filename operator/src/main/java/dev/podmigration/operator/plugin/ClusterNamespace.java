package dev.podmigration.operator.plugin;

import dev.podmigration.workload.Namespace;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;

import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** One namespace of the cluster, as plugins may use it. */
public final class ClusterNamespace implements Namespace {

    private final KubernetesClient client;
    private final String name;

    public ClusterNamespace(KubernetesClient client, String name) {
        this.client = client;
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<GenericKubernetesResource> find(String apiVersion, String kind, String object) {
        return Optional.ofNullable(
                orNone(() -> of(apiVersion, kind).inNamespace(name).withName(object).get(), null));
    }

    @Override
    public List<GenericKubernetesResource> list(
            String apiVersion, String kind, Map<String, String> labels) {
        return orNone(
                () -> of(apiVersion, kind).inNamespace(name).withLabels(labels).list().getItems(),
                List.of());
    }

    @Override
    public GenericKubernetesResource patch(
            String apiVersion, String kind, String object, Map<String, Object> change) {
        if (("v1".equals(apiVersion) && "Pod".equals(kind))
                || apiVersion.startsWith("podmigration.dev/")) {
            throw new IllegalArgumentException(
                    "a plugin must not change " + apiVersion + " " + kind + " " + object);
        }
        return of(apiVersion, kind)
                .inNamespace(name)
                .withName(object)
                .patch(PatchContext.of(PatchType.JSON_MERGE), Serialization.asJson(change));
    }

    private MixedOperation<
                    GenericKubernetesResource,
                    io.fabric8.kubernetes.api.model.GenericKubernetesResourceList,
                    Resource<GenericKubernetesResource>>
            of(String apiVersion, String kind) {
        return client.genericKubernetesResources(apiVersion, kind);
    }

    /** A kind that the cluster does not know has no objects. */
    private static <T> T orNone(Supplier<T> question, T none) {
        try {
            return question.get();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
                    || String.valueOf(e.getMessage()).startsWith("Could not find the metadata")) {
                return none;
            }
            throw e;
        }
    }
}
