package dev.podmigration.agent.reconcile;

import dev.podmigration.agent.source.NodeSource;
import dev.podmigration.api.v1alpha1.PodRestore;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;

import java.util.Optional;

/** Asks the API server directly: these answers decide, a cache could be old. */
public final class KubernetesCluster implements NodeSource.Cluster {

    private final KubernetesClient client;

    public KubernetesCluster(KubernetesClient client) {
        this.client = client;
    }

    @Override
    public Optional<PodRestore> restore(String namespace, String name) {
        return Optional.ofNullable(
                client.resources(PodRestore.class).inNamespace(namespace).withName(name).get());
    }

    @Override
    public boolean isBeingDeleted(String namespace, String name, String uid) {
        Pod pod = client.pods().inNamespace(namespace).withName(name).get();
        return pod == null
                || !uid.equals(pod.getMetadata().getUid())
                || pod.getMetadata().getDeletionTimestamp() != null;
    }
}
