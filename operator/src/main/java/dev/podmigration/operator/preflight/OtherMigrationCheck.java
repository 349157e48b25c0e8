package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PodPlace;
import dev.podmigration.api.v1alpha1.PodReference;
import dev.podmigration.operator.observe.Observation;

import io.fabric8.kubernetes.api.model.Pod;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * No other migration moves this pod. Of two that begin together the older one goes on, and both see
 * it the same way; one that has begun to touch the pod goes on in any case.
 */
final class OtherMigrationCheck implements Check {

    private static final String NAME = "OtherMigrations";

    private static final Set<PodMigrationPhase> UNTOUCHED =
            Set.of(PodMigrationPhase.Pending, PodMigrationPhase.Preflight);

    private static final Comparator<PodMigration> OLDER_FIRST =
            Comparator.comparing(
                            (PodMigration migration) ->
                                    migration.getMetadata().getCreationTimestamp())
                    .thenComparing(migration -> migration.getMetadata().getUid());

    @Override
    public List<Finding> look(Pod source, Observation seen) {
        Optional<PodMigration> other =
                seen.cluster().migrations(source.getMetadata().getNamespace()).stream()
                        .filter(migration -> !uid(migration).equals(uid(seen.migration())))
                        .filter(migration -> !phase(migration).isFinal())
                        .filter(migration -> concerns(migration, source))
                        .filter(
                                migration ->
                                        !UNTOUCHED.contains(phase(migration))
                                                || OLDER_FIRST.compare(migration, seen.migration())
                                                        < 0)
                        .findFirst();
        return List.of(
                other.map(
                                migration ->
                                        Finding.refused(
                                                NAME,
                                                FailureReason.AlreadyMigrating,
                                                "PodMigration "
                                                        + migration.getMetadata().getName()
                                                        + " moves this pod, phase "
                                                        + phase(migration)
                                                        + "."))
                        .orElse(Finding.passed(NAME, "No other PodMigration moves this pod.")));
    }

    /** The pod is its source, or the target it is making. */
    private static boolean concerns(PodMigration migration, Pod pod) {
        String name = pod.getMetadata().getName();
        return Optional.ofNullable(migration.getSpec().getPod())
                        .map(PodReference::getName)
                        .filter(name::equals)
                        .isPresent()
                || Optional.ofNullable(migration.getStatus())
                        .map(PodMigrationStatus::getTarget)
                        .map(PodPlace::getPodName)
                        .filter(name::equals)
                        .isPresent();
    }

    private static PodMigrationPhase phase(PodMigration migration) {
        return Optional.ofNullable(migration.getStatus())
                .map(PodMigrationStatus::getPhase)
                .orElse(PodMigrationPhase.Pending);
    }

    private static String uid(PodMigration migration) {
        return migration.getMetadata().getUid();
    }
}
