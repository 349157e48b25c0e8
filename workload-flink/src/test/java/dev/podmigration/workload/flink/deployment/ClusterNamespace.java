package dev.podmigration.workload.flink.deployment;

import dev.podmigration.workload.Namespace;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A namespace of the real API server, without the operator around it. */
record ClusterNamespace(KubernetesClient client, String name) implements Namespace {

    @Override
    public Optional<GenericKubernetesResource> find(String apiVersion, String kind, String object) {
        return Optional.ofNullable(
                client.genericKubernetesResources(apiVersion, kind)
                        .inNamespace(name)
                        .withName(object)
                        .get());
    }

    @Override
    public List<GenericKubernetesResource> list(
            String apiVersion, String kind, Map<String, String> labels) {
        return client.genericKubernetesResources(apiVersion, kind)
                .inNamespace(name)
                .withLabels(labels)
                .list()
                .getItems();
    }

    @Override
    public GenericKubernetesResource patch(
            String apiVersion, String kind, String object, Map<String, Object> change) {
        return client.genericKubernetesResources(apiVersion, kind)
                .inNamespace(name)
                .withName(object)
                .patch(PatchContext.of(PatchType.JSON_MERGE), Serialization.asJson(change));
    }
}
