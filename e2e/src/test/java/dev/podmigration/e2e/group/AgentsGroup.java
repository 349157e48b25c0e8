package dev.podmigration.e2e.group;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;

import dev.podmigration.api.v1alpha1.CheckpointGroup;
import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodCheckpointSpec;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.PodRestoreSpec;
import dev.podmigration.api.v1alpha1.RestoreAddress;
import dev.podmigration.e2e.lab.Playground;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Pods of node-a that go to node-b as one, with the test in the place of the operator: it gives the
 * agents their orders, so that what happens is theirs alone.
 */
final class AgentsGroup implements AutoCloseable {
    private static final String SYSTEM = "podmigration-system";
    private static final int SECONDS = 180;

    private final Playground playground;
    private final KubernetesClient client;
    private final List<Pod> sources;
    private final List<String> names;

    private AgentsGroup(Playground playground, List<Pod> sources) {
        this.playground = playground;
        this.sources = sources;
        this.names = sources.stream().map(pod -> "move-" + pod.getMetadata().getName()).toList();
        Config config =
                new ConfigBuilder(playground.client().getConfiguration())
                        .withImpersonateUsername(
                                "system:serviceaccount:" + SYSTEM + ":podmigration-operator")
                        .withImpersonateGroups("system:serviceaccounts", "system:authenticated")
                        .build();
        this.client = new KubernetesClientBuilder().withConfig(config).build();
    }

    /** Everything up to the order to migrate: targets armed, streams open, files copied. */
    static AgentsGroup prepare(Playground playground, int freezeSeconds, List<Pod> sources) {
        AgentsGroup group = new AgentsGroup(playground, sources);
        for (int i = 0; i < sources.size(); i++) {
            group.inspect(i, freezeSeconds);
        }
        for (int i = 0; i < sources.size(); i++) {
            group.awaitCheckpoint(i, PodCheckpointPhase.Inspected);
            group.arm(i);
        }
        String address =
                Objects.requireNonNull(
                        playground
                                .client()
                                .resources(MigrationNode.class)
                                .withName(NODE_B)
                                .get()
                                .getStatus()
                                .getAddress());
        for (int i = 0; i < sources.size(); i++) {
            group.awaitRestore(i, PodRestorePhase.Armed);
            group.order(
                    i,
                    """
                    {"goal": "Prepare", "keepAddresses": true,
                     "peer": {"restoreName": "%s", "nodeName": "%s", "address": "%s"}}
                    """
                            .formatted(group.names.get(i), NODE_B, address));
        }
        for (int i = 0; i < sources.size(); i++) {
            group.awaitCheckpoint(i, PodCheckpointPhase.Prepared);
        }
        return group;
    }

    private void inspect(int i, int freezeSeconds) {
        Pod source = sources.get(i);
        CheckpointGroup group = new CheckpointGroup();
        group.setName("all");
        group.setMembers(names);
        PodCheckpointSpec spec = new PodCheckpointSpec();
        spec.setPodName(source.getMetadata().getName());
        spec.setPodUid(source.getMetadata().getUid());
        spec.setNodeName(NODE_A);
        spec.setGroup(group);
        spec.getLimits().setFreezeSeconds(freezeSeconds);
        PodCheckpoint checkpoint = new PodCheckpoint();
        checkpoint.setMetadata(new ObjectMetaBuilder().withName(names.get(i)).build());
        checkpoint.setSpec(spec);
        client.resource(checkpoint).inNamespace(playground.namespace()).create();
    }

    private void arm(int i) {
        Pod source = sources.get(i);
        client.resource(
                        new PodBuilder()
                                .withNewMetadata()
                                .withName(target(i))
                                .addToLabels(source.getMetadata().getLabels())
                                .addToAnnotations("podmigration.dev/restore", names.get(i))
                                .endMetadata()
                                .withNewSpecLike(source.getSpec())
                                .withNodeName(NODE_B)
                                .withRuntimeClassName("podmigration")
                                .withHostname(source.getMetadata().getName())
                                .withPriority(null)
                                .withPreemptionPolicy(null)
                                .endSpec()
                                .build())
                .inNamespace(playground.namespace())
                .create();
        PodRestoreSpec spec = new PodRestoreSpec();
        spec.setPodName(target(i));
        spec.setPodUid(playground.pod(target(i)).getMetadata().getUid());
        spec.setNodeName(NODE_B);
        spec.setSourceNodeName(NODE_A);
        spec.setCheckpointName(names.get(i));
        spec.setContainers(
                source.getSpec().getContainers().stream().map(Container::getName).toList());
        spec.setAddress(RestoreAddress.Keep);
        spec.setRequiredMemoryBytes(
                Objects.requireNonNull(
                        Objects.requireNonNull(checkpoint(i).get().getStatus().getBytesToMove())
                                .getMemory()));
        PodRestore restore = new PodRestore();
        restore.setMetadata(new ObjectMetaBuilder().withName(names.get(i)).build());
        restore.setSpec(spec);
        client.resource(restore).inNamespace(playground.namespace()).create();
    }

    String target(int i) {
        return sources.get(i).getMetadata().getName() + "-moved";
    }

    /** All of them, one order after the other. */
    void migrate() {
        for (int i = 0; i < names.size(); i++) {
            migrate(i);
        }
    }

    void migrate(int i) {
        order(i, "{\"goal\": \"Migrate\"}");
    }

    void rollBack(int i) {
        order(i, "{\"goal\": \"RollBack\"}");
    }

    private void order(int i, String spec) {
        checkpoint(i)
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": %s}".formatted(spec));
    }

    /** Waits until all targets run, and does what has to be done then. */
    void awaitMoved() {
        for (int i = 0; i < names.size(); i++) {
            awaitRestore(i, PodRestorePhase.Committed);
            awaitCheckpoint(i, PodCheckpointPhase.Granted);
        }
        for (int i = 0; i < names.size(); i++) {
            client.pods()
                    .inNamespace(playground.namespace())
                    .withName(sources.get(i).getMetadata().getName())
                    .delete();
            awaitCheckpoint(i, PodCheckpointPhase.Released);
            playground.awaitGone(sources.get(i).getMetadata().getName());
            playground.awaitReady(target(i));
        }
    }

    /** Waits until all sources run again. */
    void awaitBack() {
        for (int i = 0; i < names.size(); i++) {
            awaitCheckpoint(i, PodCheckpointPhase.RolledBack);
            awaitRestore(i, PodRestorePhase.Cancelled);
        }
    }

    PodCheckpoint awaitCheckpoint(int i, PodCheckpointPhase phase) {
        return await(
                checkpoint(i),
                found -> found.getStatus().getPhase() == phase,
                "%s does not become " + phase);
    }

    private void awaitRestore(int i, PodRestorePhase phase) {
        await(
                client.resources(PodRestore.class)
                        .inNamespace(playground.namespace())
                        .withName(names.get(i)),
                found -> found.getStatus().getPhase() == phase,
                "%s does not become " + phase);
    }

    private <T> T await(Resource<T> resource, Predicate<T> reached, String message) {
        try {
            return resource.waitUntilCondition(
                    found -> found != null && reached.test(found), SECONDS, TimeUnit.SECONDS);
        } catch (RuntimeException e) {
            throw new AssertionError(message.formatted(resource.get()), e);
        }
    }

    private Resource<PodCheckpoint> checkpoint(int i) {
        return client.resources(PodCheckpoint.class)
                .inNamespace(playground.namespace())
                .withName(names.get(i));
    }

    /** Nothing waits for an order any more, whatever has become of the test. */
    @Override
    public void close() {
        for (int i = 0; i < names.size(); i++) {
            PodCheckpointPhase phase = checkpoint(i).get().getStatus().getPhase();
            if (phase != null && !phase.isFinal()) {
                rollBack(i);
            }
        }
        client.close();
    }
}
