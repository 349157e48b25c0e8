package dev.podmigration.operator.observe;

import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.api.v1alpha1.MigrationPolicy;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodMigration;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rest of the cluster, for reading. */
public interface Cluster {

    Optional<Node> node(String name);

    List<Node> nodes();

    /** What the agent of a node says about it. */
    Optional<MigrationNode> migrationNode(String name);

    /** All migrations of a namespace, ended ones too. */
    List<PodMigration> migrations(String namespace);

    /** The pods of a namespace that have all of these labels, as the API server has them now. */
    List<Pod> pods(String namespace, Map<String, String> labels);

    List<PodCheckpoint> checkpoints(String namespace);

    Optional<ReplicaSet> replicaSet(String namespace, String name);

    Optional<PersistentVolumeClaim> claim(String namespace, String name);

    List<Service> services(String namespace);

    List<MigrationPolicy> policies(String namespace);
}
