package dev.podmigration.operator.observe;

import dev.podmigration.api.v1alpha1.PodMigration;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/**
 * What is seen of the group that a migration moves, or that it belongs to.
 *
 * @param parent the migration that moves the group, as seen from one of its members; empty if there
 *     is none that owns this member
 * @param members those that exist, as seen from the migration that moves the group, in the order of
 *     its status
 */
public record GroupView(Optional<PodMigration> parent, List<Observation> members) {

    /** Of a migration that has nothing to do with a group. */
    public static final GroupView NONE = new GroupView(Optional.empty(), List.of());

    public GroupView {
        members = List.copyOf(members);
    }

    /** The member that is moved by the migration of this name, if that exists. */
    public Optional<Observation> member(@Nullable String migrationName) {
        return members.stream()
                .filter(one -> one.migration().getMetadata().getName().equals(migrationName))
                .findFirst();
    }
}
