package dev.podmigration.operator.controller;

import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PodPlace;
import dev.podmigration.api.v1alpha1.PodReference;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Under which keys migrations are found again. The client has indexes of its own: the names must
 * not be theirs.
 */
final class Index {

    static final String BY_POD = "podmigration-pod";
    static final String BY_NODE = "podmigration-node";
    static final String BY_NAMESPACE = "podmigration-namespace";

    private Index() {}

    static List<String> pods(PodMigration migration) {
        if (isFinal(migration)) {
            return List.of();
        }
        return Stream.concat(
                        Stream.ofNullable(migration.getSpec().getPod()).map(PodReference::getName),
                        places(migration).map(PodPlace::getPodName))
                .filter(Objects::nonNull)
                .distinct()
                .map(pod -> key(migration.getMetadata().getNamespace(), pod))
                .toList();
    }

    static List<String> nodes(PodMigration migration) {
        if (isFinal(migration)) {
            return List.of();
        }
        return Stream.concat(
                        Stream.ofNullable(migration.getSpec().getTarget().getNodeName()),
                        places(migration).map(PodPlace::getNodeName))
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    static String key(String namespace, String name) {
        return namespace + "/" + name;
    }

    private static Stream<PodPlace> places(PodMigration migration) {
        PodMigrationStatus status = migration.getStatus();
        return status == null
                ? Stream.empty()
                : Stream.of(
                                Optional.ofNullable(status.getSource()),
                                Optional.ofNullable(status.getTarget()))
                        .flatMap(Optional::stream);
    }

    private static boolean isFinal(PodMigration migration) {
        return Optional.ofNullable(migration.getStatus())
                .map(PodMigrationStatus::getPhase)
                .filter(PodMigrationPhase::isFinal)
                .isPresent();
    }
}
