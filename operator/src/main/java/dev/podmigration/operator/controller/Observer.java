package dev.podmigration.operator.controller;

import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PodMove;
import dev.podmigration.api.v1alpha1.PodPlace;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.operator.observe.GroupView;
import dev.podmigration.operator.observe.Marks;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.plugin.StrategyWorkers;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;

import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Gathers what belongs to one migration. */
final class Observer {

    private final Informers informers;
    private final StrategyWorkers workers;
    private final Clock clock;

    Observer(Informers informers, StrategyWorkers workers, Clock clock) {
        this.informers = informers;
        this.workers = workers;
        this.clock = clock;
    }

    /** Works on a copy, so that handlers may write into its status. */
    Observation observe(PodMigration current) {
        return observe(current, group(current));
    }

    /** Whether what was seen so far is true; not when the operator ends. */
    boolean seesEverything() {
        return informers.areKept();
    }

    private Observation observe(PodMigration current, GroupView group) {
        PodMigration migration = Serialization.clone(current);
        if (migration.getStatus() == null) {
            migration.setStatus(new PodMigrationStatus());
        }
        PodMigrationStatus status = migration.getStatus();
        String namespace = migration.getMetadata().getNamespace();
        Optional<Pod> source = source(migration, status.getSource());
        Optional<PodCheckpoint> checkpoint =
                Optional.ofNullable(status.getCheckpointName())
                        .flatMap(name -> informers.checkpoint(namespace, name))
                        .filter(found -> isOf(found, migration));
        Optional<PodRestore> restore =
                Optional.ofNullable(status.getRestoreName())
                        .flatMap(name -> informers.restore(namespace, name))
                        .filter(found -> isOf(found, migration));
        return new Observation(
                migration,
                source,
                target(migration),
                checkpoint,
                restore,
                informers,
                workers.of(migration),
                group,
                clock.instant());
    }

    private GroupView group(PodMigration migration) {
        if (migration.getSpec().getSelector() != null) {
            GroupView seenByMember = new GroupView(Optional.of(migration), List.of());
            return new GroupView(
                    Optional.empty(),
                    Families.members(migration).stream()
                            .flatMap(
                                    name ->
                                            informers
                                                    .migration(namespace(migration), name)
                                                    .stream())
                            .filter(member -> Families.isOwned(member, migration))
                            .map(member -> observe(member, seenByMember))
                            .toList());
        }
        return new GroupView(
                Families.parent(migration)
                        .flatMap(name -> informers.migration(namespace(migration), name))
                        .filter(parent -> Families.isOwned(migration, parent))
                        .filter(
                                parent ->
                                        Families.members(parent)
                                                .contains(migration.getMetadata().getName())),
                List.of());
    }

    private static String namespace(PodMigration migration) {
        return migration.getMetadata().getNamespace();
    }

    private Optional<Pod> source(PodMigration migration, PodPlace recorded) {
        if (migration.getSpec().getPod() == null) {
            return Optional.empty();
        }
        Optional<Pod> pod =
                informers.pod(
                        migration.getMetadata().getNamespace(),
                        migration.getSpec().getPod().getName());
        return recorded == null || recorded.getPodUid() == null
                ? pod
                : pod.filter(found -> recorded.getPodUid().equals(found.getMetadata().getUid()));
    }

    /** Its name is recorded before it is made. */
    private Optional<Pod> target(PodMigration migration) {
        return Optional.ofNullable(migration.getStatus().getTarget())
                .map(PodPlace::getPodName)
                .flatMap(name -> informers.pod(migration.getMetadata().getNamespace(), name))
                .filter(found -> isOf(found, migration) || isMovedByOwner(migration.getStatus()));
    }

    private static boolean isMovedByOwner(PodMigrationStatus status) {
        return status.getWorkload() != null && status.getWorkload().getPodMove() == PodMove.Owner;
    }

    private static boolean isOf(HasMetadata object, PodMigration migration) {
        return migration
                .getMetadata()
                .getUid()
                .equals(object.getMetadata().getAnnotations().get(Marks.MIGRATION_UID));
    }
}
