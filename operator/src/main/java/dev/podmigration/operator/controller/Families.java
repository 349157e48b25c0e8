package dev.podmigration.operator.controller;

import dev.podmigration.api.v1alpha1.GroupMember;
import dev.podmigration.api.v1alpha1.MigrationGroup;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;

import io.javaoperatorsdk.operator.processing.event.ResourceID;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Which migrations belong together because they move the pods of one group. */
final class Families {

    private Families() {}

    /** Name of the migration that moves the group to which this one says that it belongs. */
    static Optional<String> parent(PodMigration member) {
        return Optional.ofNullable(member.getSpec().getGroup()).map(MigrationGroup::getName);
    }

    /** Names of the migrations that move the pods of this group; empty until they are chosen. */
    static List<String> members(PodMigration parent) {
        return Optional.ofNullable(parent.getStatus())
                .map(PodMigrationStatus::getMembers)
                .orElse(List.of())
                .stream()
                .map(GroupMember::getMigrationName)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Made by the operator for this very group, and not only of its name. */
    static boolean isOwned(PodMigration member, PodMigration parent) {
        return member.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> owner.getUid().equals(parent.getMetadata().getUid()));
    }

    /** Those that have to look when something about this one has changed. */
    static Stream<ResourceID> relatives(PodMigration migration) {
        return Stream.concat(parent(migration).stream(), members(migration).stream())
                .map(name -> new ResourceID(name, migration.getMetadata().getNamespace()));
    }
}
