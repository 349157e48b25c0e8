package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.MigratedContainer;
import dev.podmigration.operator.observe.Observation;

import java.util.Objects;

/** The memory that the source agent counted. */
public final class InspectedMemory {

    private InspectedMemory() {}

    /** Unit: bytes; 0 while not known. */
    public static long of(Observation seen) {
        return seen.status().getContainers().stream()
                .map(MigratedContainer::getMemoryBytes)
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .sum();
    }

    static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }
}
