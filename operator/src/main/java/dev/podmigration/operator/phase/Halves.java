package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.CheckpointGroup;
import dev.podmigration.api.v1alpha1.CheckpointLimits;
import dev.podmigration.api.v1alpha1.HeapTrimMode;
import dev.podmigration.api.v1alpha1.MigratedContainer;
import dev.podmigration.api.v1alpha1.MigrationGroup;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointSpec;
import dev.podmigration.api.v1alpha1.PodPlace;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestoreSpec;
import dev.podmigration.api.v1alpha1.RestoreAddress;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.operator.observe.Marks;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.preflight.InspectedMemory;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Objects;

/** Makes the two objects that the agents work on. */
final class Halves {

    private Halves() {}

    /**
     * Only looks into the pod at first. What it finds decides the options that the user left open.
     */
    static PodCheckpoint checkpoint(Observation seen) {
        PodPlace source = Objects.requireNonNull(seen.status().getSource());
        CheckpointLimits limits = new CheckpointLimits();
        limits.setFreezeSeconds(seen.limits().getFreezeSeconds());
        PodCheckpointSpec spec = new PodCheckpointSpec();
        spec.setPodName(source.getPodName());
        spec.setPodUid(source.getPodUid());
        spec.setNodeName(source.getNodeName());
        spec.setOptions(seen.spec().getCheckpoint());
        spec.setLimits(limits);
        spec.setTrimHeap(seen.spec().getMemory().getTrimHeap() == HeapTrimMode.Auto);
        spec.setGroup(group(seen.spec().getGroup()));
        PodCheckpoint checkpoint = new PodCheckpoint();
        checkpoint.setMetadata(
                metadata(seen, Objects.requireNonNull(seen.status().getCheckpointName())));
        checkpoint.setSpec(spec);
        return checkpoint;
    }

    /** The halves of members have the names of their migrations. One pod alone is no group. */
    private static @Nullable CheckpointGroup group(@Nullable MigrationGroup migrations) {
        if (migrations == null || migrations.getMembers().size() < 2) {
            return null;
        }
        CheckpointGroup group = new CheckpointGroup();
        group.setName(migrations.getName());
        group.setMembers(migrations.getMembers());
        return group;
    }

    static PodRestore restore(Observation seen, Pod target, RestoreAddress address) {
        PodRestoreSpec spec = restore(seen, target.getSpec().getNodeName(), address);
        spec.setPodName(target.getMetadata().getName());
        spec.setPodUid(target.getMetadata().getUid());
        return restore(seen, spec);
    }

    /** For a pod that takes the name of the source when that is gone. */
    static PodRestore receiving(Observation seen, String node, RestoreAddress address) {
        PodRestoreSpec spec = restore(seen, node, address);
        spec.setPodName(Objects.requireNonNull(seen.status().getTarget()).getPodName());
        spec.setGoal(RestoreGoal.Receive);
        return restore(seen, spec);
    }

    private static PodRestoreSpec restore(Observation seen, String node, RestoreAddress address) {
        PodRestoreSpec spec = new PodRestoreSpec();
        spec.setNodeName(node);
        spec.setCheckpointName(seen.status().getCheckpointName());
        spec.setSourceNodeName(seen.sourceNode().orElseThrow());
        spec.setContainers(
                seen.status().getContainers().stream().map(MigratedContainer::getName).toList());
        spec.setAddress(address);
        spec.setRequiredMemoryBytes(InspectedMemory.of(seen));
        return spec;
    }

    private static PodRestore restore(Observation seen, PodRestoreSpec spec) {
        PodRestore restore = new PodRestore();
        restore.setMetadata(metadata(seen, Objects.requireNonNull(seen.status().getRestoreName())));
        restore.setSpec(spec);
        return restore;
    }

    private static ObjectMeta metadata(Observation seen, String name) {
        ObjectMeta migration = seen.migration().getMetadata();
        return new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(migration.getNamespace())
                .withLabels(Map.of(Marks.MIGRATION, migration.getName()))
                .withAnnotations(Map.of(Marks.MIGRATION_UID, migration.getUid()))
                .withOwnerReferences(
                        new OwnerReferenceBuilder()
                                .withApiVersion(seen.migration().getApiVersion())
                                .withKind(seen.migration().getKind())
                                .withName(migration.getName())
                                .withUid(migration.getUid())
                                .withController(true)
                                .build())
                .build();
    }
}
