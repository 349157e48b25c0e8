package dev.podmigration.protocol.model;

import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.api.v1alpha1.MigrationPolicy;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.Timestamps;
import dev.podmigration.operator.observe.Cluster;

import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Two nodes on which nothing changes but when their agents were last heard.
 *
 * @param sourceHeard when the source's agent was
 * @param targetHeard when the target's agent was
 */
record Scenery(Instant sourceHeard, Instant targetHeard) implements Cluster {

    static final String SOURCE = "node-a";
    static final String TARGET = "node-b";

    @Override
    public Optional<Node> node(String name) {
        return nodes().stream().filter(node -> node.getMetadata().getName().equals(name)).findAny();
    }

    @Override
    public List<Node> nodes() {
        return List.of(ready(SOURCE), ready(TARGET));
    }

    private static Node ready(String name) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .endStatus()
                .build();
    }

    @Override
    public Optional<MigrationNode> migrationNode(String name) {
        MigrationNode node = new MigrationNode();
        node.getMetadata().setName(name);
        node.getStatus().setAddress("10.0.0.1:9444");
        node.getStatus()
                .setObservedAt(Timestamps.format(name.equals(SOURCE) ? sourceHeard : targetHeard));
        node.getStatus()
                .setConditions(
                        List.of(
                                new ConditionBuilder()
                                        .withType("Ready")
                                        .withStatus("True")
                                        .build()));
        return Optional.of(node);
    }

    @Override
    public List<PodMigration> migrations(String namespace) {
        return List.of();
    }

    @Override
    public List<Pod> pods(String namespace, Map<String, String> labels) {
        return List.of();
    }

    @Override
    public List<PodCheckpoint> checkpoints(String namespace) {
        return List.of();
    }

    @Override
    public List<MigrationPolicy> policies(String namespace) {
        return List.of();
    }

    @Override
    public Optional<ReplicaSet> replicaSet(String namespace, String name) {
        return Optional.empty();
    }

    @Override
    public Optional<PersistentVolumeClaim> claim(String namespace, String name) {
        return Optional.empty();
    }

    @Override
    public List<Service> services(String namespace) {
        return List.of();
    }
}
