package dev.podmigration.agent.reconcile;

import dev.podmigration.agent.janitor.NodeHoldings;
import dev.podmigration.agent.source.NodeSource;
import dev.podmigration.agent.source.PodInCluster;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodRestore;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EphemeralContainer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.client.KubernetesClient;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Asks the API server directly: these answers decide, a cache could be old. */
public final class KubernetesCluster implements NodeSource.Cluster, NodeHoldings.Cluster {

    private final KubernetesClient client;
    private final String node;

    public KubernetesCluster(KubernetesClient client, String node) {
        this.client = client;
        this.node = node;
    }

    @Override
    public Optional<PodRestore> restore(String namespace, String name) {
        return Optional.ofNullable(
                client.resources(PodRestore.class).inNamespace(namespace).withName(name).get());
    }

    @Override
    public Optional<PodCheckpoint> checkpoint(String namespace, String name) {
        return Optional.ofNullable(
                client.resources(PodCheckpoint.class).inNamespace(namespace).withName(name).get());
    }

    @Override
    public Optional<PodInCluster> pod(String namespace, String name) {
        return Optional.ofNullable(client.pods().inNamespace(namespace).withName(name).get())
                .map(KubernetesCluster::of);
    }

    private static PodInCluster of(Pod pod) {
        PodSpec spec = pod.getSpec();
        return new PodInCluster(
                pod.getMetadata().getUid(),
                Stream.concat(
                                spec.getInitContainers().stream()
                                        .filter(
                                                container ->
                                                        "Always"
                                                                .equals(
                                                                        container
                                                                                .getRestartPolicy())),
                                spec.getContainers().stream())
                        .map(Container::getName)
                        .toList(),
                spec.getEphemeralContainers().stream().map(EphemeralContainer::getName).toList());
    }

    @Override
    public boolean isBeingDeleted(String namespace, String name, String uid) {
        Pod pod = client.pods().inNamespace(namespace).withName(name).get();
        return pod == null
                || !uid.equals(pod.getMetadata().getUid())
                || pod.getMetadata().getDeletionTimestamp() != null;
    }

    @Override
    public Set<String> uids() {
        return Stream.of(
                        client.resources(PodCheckpoint.class).inAnyNamespace().list(),
                        client.resources(PodRestore.class).inAnyNamespace().list(),
                        client.pods().inAnyNamespace().withField("spec.nodeName", node).list())
                .flatMap(list -> list.getItems().stream())
                .map(object -> ((HasMetadata) object).getMetadata().getUid())
                .collect(Collectors.toUnmodifiableSet());
    }
}
