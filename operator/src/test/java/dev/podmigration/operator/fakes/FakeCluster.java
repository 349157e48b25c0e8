package dev.podmigration.operator.fakes;

import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.api.v1alpha1.MigrationPolicy;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.operator.observe.Cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A cluster that holds what a test puts in. */
public final class FakeCluster implements Cluster {

    private final List<HasMetadata> objects = new ArrayList<>();

    public FakeCluster add(HasMetadata object) {
        objects.add(object);
        return this;
    }

    @Override
    public Optional<Node> node(String name) {
        return named(Node.class, name);
    }

    @Override
    public List<Node> nodes() {
        return all(Node.class);
    }

    @Override
    public Optional<MigrationNode> migrationNode(String name) {
        return named(MigrationNode.class, name);
    }

    @Override
    public List<PodMigration> migrations(String namespace) {
        return all(PodMigration.class);
    }

    @Override
    public List<Pod> pods(String namespace, Map<String, String> labels) {
        return all(Pod.class).stream()
                .filter(
                        pod ->
                                pod.getMetadata()
                                        .getLabels()
                                        .entrySet()
                                        .containsAll(labels.entrySet()))
                .toList();
    }

    @Override
    public List<PodCheckpoint> checkpoints(String namespace) {
        return all(PodCheckpoint.class);
    }

    @Override
    public Optional<ReplicaSet> replicaSet(String namespace, String name) {
        return named(ReplicaSet.class, name);
    }

    @Override
    public Optional<PersistentVolumeClaim> claim(String namespace, String name) {
        return named(PersistentVolumeClaim.class, name);
    }

    @Override
    public List<Service> services(String namespace) {
        return all(Service.class);
    }

    @Override
    public List<MigrationPolicy> policies(String namespace) {
        return all(MigrationPolicy.class);
    }

    private <T extends HasMetadata> Optional<T> named(Class<T> type, String name) {
        return all(type).stream()
                .filter(object -> object.getMetadata().getName().equals(name))
                .findFirst();
    }

    private <T extends HasMetadata> List<T> all(Class<T> type) {
        return objects.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
