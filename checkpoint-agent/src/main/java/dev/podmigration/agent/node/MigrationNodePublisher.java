package dev.podmigration.agent.node;

import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.api.v1alpha1.MigrationNodeStatus;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the MigrationNode of this node: written when something changed or the heartbeat is due,
 * left alone otherwise. To be called by one thread.
 */
public final class MigrationNodePublisher {

    /** A node whose last sign of life is a few of these old is not used. */
    public static final Duration HEARTBEAT = Duration.ofSeconds(30);

    private static final String FIELD_MANAGER = "podmigration-agent";

    private static final PatchContext APPLY =
            new PatchContext.Builder()
                    .withPatchType(PatchType.SERVER_SIDE_APPLY)
                    .withFieldManager(FIELD_MANAGER)
                    .withForce(true)
                    .build();

    private final KubernetesClient client;
    private final String nodeName;
    private final InstantSource clock;
    private @Nullable MigrationNodeStatus written;
    private Instant writtenAt = Instant.EPOCH;

    public MigrationNodePublisher(KubernetesClient client, String nodeName, InstantSource clock) {
        this.client = client;
        this.nodeName = nodeName;
        this.clock = clock;
    }

    /**
     * Writes if that is due.
     *
     * @return whether anything was written
     */
    public boolean publish(NodeReport report) {
        Instant now = clock.instant();
        MigrationNodeStatus before = written;
        if (before != null) {
            MigrationNodeStatus same = NodeStatus.of(report, before, generation(before), now);
            same.setObservedAt(before.getObservedAt());
            if (same.equals(before) && now.isBefore(writtenAt.plus(HEARTBEAT))) {
                return false;
            }
        }
        write(report, now);
        return true;
    }

    private void write(NodeReport report, Instant now) {
        MigrationNode found = Optional.ofNullable(resource().get()).orElseGet(this::create);
        MigrationNodeStatus before =
                Optional.ofNullable(found.getStatus()).orElseGet(MigrationNodeStatus::new);
        MigrationNodeStatus status =
                NodeStatus.of(report, before, found.getMetadata().getGeneration(), now);
        MigrationNode wanted = named();
        wanted.setStatus(status);
        client.resource(wanted).subresource("status").patch(APPLY);
        written = status;
        writtenAt = now;
    }

    /** Goes with its Node. */
    private MigrationNode create() {
        MigrationNode fresh = named();
        Node node = client.nodes().withName(nodeName).get();
        if (node != null) {
            fresh.getMetadata()
                    .setOwnerReferences(
                            List.of(
                                    new OwnerReferenceBuilder()
                                            .withApiVersion("v1")
                                            .withKind("Node")
                                            .withName(nodeName)
                                            .withUid(node.getMetadata().getUid())
                                            .build()));
        }
        return client.resource(fresh)
                .fieldManager(FIELD_MANAGER)
                .forceConflicts()
                .serverSideApply();
    }

    private MigrationNode named() {
        MigrationNode node = new MigrationNode();
        node.setMetadata(new ObjectMetaBuilder().withName(nodeName).build());
        return node;
    }

    private Resource<MigrationNode> resource() {
        return client.resources(MigrationNode.class).withName(nodeName);
    }

    private static long generation(MigrationNodeStatus status) {
        return Optional.ofNullable(status.getObservedGeneration()).orElse(0L);
    }
}
