package dev.podmigration.operator.target;

import dev.podmigration.api.v1alpha1.GroupMember;
import dev.podmigration.api.v1alpha1.MigrationGroup;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationSpec;
import dev.podmigration.api.v1alpha1.PodReference;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.operator.observe.Marks;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;

import java.util.List;
import java.util.Map;

/** The migration of one pod of a group: as the whole group's, but for this pod. */
public final class MemberMigration {

    private MemberMigration() {}

    /**
     * Makes the migration of one member.
     *
     * @param parent moves the group; its status names all members
     * @param sourceNode where all of them run
     */
    public static PodMigration of(PodMigration parent, GroupMember member, String sourceNode) {
        PodMigration migration = new PodMigration();
        migration.setMetadata(metadata(parent, member));
        migration.setSpec(spec(parent, member, sourceNode));
        return migration;
    }

    private static PodMigrationSpec spec(
            PodMigration parent, GroupMember member, String sourceNode) {
        PodMigrationSpec wish = parent.getSpec();
        PodReference pod = new PodReference();
        pod.setName(member.getPodName());
        pod.setNodeName(sourceNode);
        PodMigrationSpec spec = new PodMigrationSpec();
        spec.setPod(pod);
        spec.setGroup(group(parent));
        spec.setTarget(wish.getTarget());
        // The one that several pods can do together; whether the user wants it was asked before.
        spec.setStrategy(Strategy.Checkpoint);
        spec.setCheckpoint(wish.getCheckpoint());
        spec.setMemory(wish.getMemory());
        spec.setNetwork(wish.getNetwork());
        spec.setLimits(wish.getLimits());
        spec.setDryRun(wish.isDryRun());
        return spec;
    }

    private static MigrationGroup group(PodMigration parent) {
        List<String> names =
                parent.getStatus().getMembers().stream()
                        .map(GroupMember::getMigrationName)
                        .toList();
        MigrationGroup group = new MigrationGroup();
        group.setName(parent.getMetadata().getName());
        group.setMembers(names);
        return group;
    }

    private static ObjectMeta metadata(PodMigration parent, GroupMember member) {
        ObjectMeta owner = parent.getMetadata();
        return new ObjectMetaBuilder()
                .withName(member.getMigrationName())
                .withNamespace(owner.getNamespace())
                .withLabels(Map.of(Marks.MIGRATION, owner.getName()))
                .withAnnotations(Map.of(Marks.MIGRATION_UID, owner.getUid()))
                .withOwnerReferences(
                        new OwnerReferenceBuilder()
                                .withApiVersion(parent.getApiVersion())
                                .withKind(parent.getKind())
                                .withName(owner.getName())
                                .withUid(owner.getUid())
                                .withController(true)
                                .build())
                .build();
    }
}
