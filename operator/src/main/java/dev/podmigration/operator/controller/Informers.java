package dev.podmigration.operator.controller;

import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.api.v1alpha1.MigrationPolicy;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.operator.observe.Cluster;
import dev.podmigration.operator.observe.Marks;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.SecondaryToPrimaryMapper;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The watched objects. What is not in a cache is asked for: it may have been made a moment ago, and
 * a migration that is undone must not overlook its own target pod.
 */
final class Informers implements Cluster {

    private final KubernetesClient client;
    private final IndexerResourceCache<PodMigration> migrations;
    private final InformerEventSource<Pod, PodMigration> pods;
    private final InformerEventSource<PodCheckpoint, PodMigration> checkpoints;
    private final InformerEventSource<PodRestore, PodMigration> restores;
    private final InformerEventSource<MigrationNode, PodMigration> migrationNodes;
    private final InformerEventSource<Node, PodMigration> nodes;

    Informers(EventSourceContext<PodMigration> context) {
        client = context.getClient();
        migrations = context.getPrimaryCache();
        migrations.addIndexers(
                Map.of(
                        Index.BY_POD, Index::pods,
                        Index.BY_NODE, Index::nodes,
                        Index.BY_NAMESPACE,
                                migration -> List.of(migration.getMetadata().getNamespace())));
        pods = namespaced(Pod.class, this::ofPod, context);
        checkpoints = namespaced(PodCheckpoint.class, Informers::byLabel, context);
        restores = namespaced(PodRestore.class, Informers::byLabel, context);
        migrationNodes = clusterWide(MigrationNode.class, this::ofNode, context);
        nodes = clusterWide(Node.class, this::ofNode, context);
    }

    List<EventSource<?, PodMigration>> sources() {
        return List.of(pods, checkpoints, restores, migrationNodes, nodes);
    }

    /**
     * False when the operator ends. Its caches are emptied then, also under a round that has begun,
     * which must not take what they lack for missing: asked after having looked, by a round for a
     * migration, so that at least that one has to be there.
     */
    boolean areKept() {
        return Stream.of(pods, checkpoints, restores, migrationNodes, nodes)
                        .allMatch(AbstractEventSource::isRunning)
                && migrations().findAny().isPresent();
    }

    Optional<Pod> pod(String namespace, String name) {
        return cachedOrAsked(pods, namespace, name);
    }

    Optional<PodCheckpoint> checkpoint(String namespace, String name) {
        return cachedOrAsked(checkpoints, namespace, name);
    }

    Optional<PodRestore> restore(String namespace, String name) {
        return cachedOrAsked(restores, namespace, name);
    }

    private <T extends HasMetadata> Optional<T> cachedOrAsked(
            InformerEventSource<T, PodMigration> cache, String namespace, String name) {
        return cache.get(new ResourceID(name, namespace))
                .or(() -> asked(cache.resourceType(), namespace, name));
    }

    private <T extends HasMetadata> Optional<T> asked(
            Class<T> type, String namespace, String name) {
        return Optional.ofNullable(
                client.resources(type).inNamespace(namespace).withName(name).get());
    }

    @Override
    public Optional<Node> node(String name) {
        return nodes.get(new ResourceID(name));
    }

    @Override
    public List<Node> nodes() {
        return nodes.list().toList();
    }

    @Override
    public Optional<MigrationNode> migrationNode(String name) {
        return migrationNodes.get(new ResourceID(name));
    }

    /** Of every namespace that is served, ended ones too. */
    Stream<PodMigration> migrations() {
        return migrations.list();
    }

    @Override
    public List<PodMigration> migrations(String namespace) {
        return migrations.byIndex(Index.BY_NAMESPACE, namespace);
    }

    /** The newest that was seen or written here. */
    Optional<PodMigration> migration(String namespace, String name) {
        return migrations
                .get(new ResourceID(name, namespace))
                .or(() -> asked(PodMigration.class, namespace, name));
    }

    @Override
    public List<Pod> pods(String namespace, Map<String, String> labels) {
        return client.pods().inNamespace(namespace).withLabels(labels).list().getItems();
    }

    @Override
    public List<PodCheckpoint> checkpoints(String namespace) {
        return checkpoints.list(namespace, _ -> true).toList();
    }

    @Override
    public Optional<ReplicaSet> replicaSet(String namespace, String name) {
        return Optional.ofNullable(
                client.apps().replicaSets().inNamespace(namespace).withName(name).get());
    }

    @Override
    public Optional<PersistentVolumeClaim> claim(String namespace, String name) {
        return Optional.ofNullable(
                client.persistentVolumeClaims().inNamespace(namespace).withName(name).get());
    }

    @Override
    public List<Service> services(String namespace) {
        return client.services().inNamespace(namespace).list().getItems();
    }

    @Override
    public List<MigrationPolicy> policies(String namespace) {
        return client.resources(MigrationPolicy.class).inNamespace(namespace).list().getItems();
    }

    /** A target pod carries the label before the status of its migration names it. */
    private Set<ResourceID> ofPod(Pod pod) {
        Set<ResourceID> found = new HashSet<>(byLabel(pod));
        found.addAll(
                found(
                        Index.BY_POD,
                        Index.key(pod.getMetadata().getNamespace(), pod.getMetadata().getName())));
        return found;
    }

    private Set<ResourceID> ofNode(HasMetadata node) {
        return found(Index.BY_NODE, node.getMetadata().getName());
    }

    private Set<ResourceID> found(String index, String key) {
        return migrations.byIndex(index, key).stream()
                .map(ResourceID::fromResource)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** By label and not by owner: after the commit the target pod owns the two halves. */
    private static Set<ResourceID> byLabel(HasMetadata object) {
        String migration = object.getMetadata().getLabels().get(Marks.MIGRATION);
        return migration == null
                ? Set.of()
                : Set.of(new ResourceID(migration, object.getMetadata().getNamespace()));
    }

    private static <T extends HasMetadata> InformerEventSource<T, PodMigration> namespaced(
            Class<T> type,
            SecondaryToPrimaryMapper<T> mapper,
            EventSourceContext<PodMigration> context) {
        return watched(
                type,
                mapper,
                InformerEventSourceConfiguration.Builder::withNamespacesInheritedFromController,
                context);
    }

    private static <T extends HasMetadata> InformerEventSource<T, PodMigration> clusterWide(
            Class<T> type,
            SecondaryToPrimaryMapper<T> mapper,
            EventSourceContext<PodMigration> context) {
        return watched(
                type,
                mapper,
                InformerEventSourceConfiguration.Builder::withWatchAllNamespaces,
                context);
    }

    private static <T extends HasMetadata> InformerEventSource<T, PodMigration> watched(
            Class<T> type,
            SecondaryToPrimaryMapper<T> mapper,
            UnaryOperator<InformerEventSourceConfiguration.Builder<T>> where,
            EventSourceContext<PodMigration> context) {
        return new InformerEventSource<>(
                where.apply(
                                InformerEventSourceConfiguration.from(type, PodMigration.class)
                                        .withSecondaryToPrimaryMapper(mapper)
                                        .withItemStore(new LeanStore<>()))
                        .build(),
                context);
    }
}
