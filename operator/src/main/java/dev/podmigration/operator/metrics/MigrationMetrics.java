package dev.podmigration.operator.metrics;

import dev.podmigration.api.v1alpha1.ByteCounts;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/**
 * Counts ended migrations. Labels are phases and reasons only: names of pods or nodes would be
 * without bound.
 */
public final class MigrationMetrics {

    private static final double MILLIS_PER_SECOND = 1000;

    private final MeterRegistry registry;

    public MigrationMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    public void ended(PodMigration migration) {
        PodMigrationStatus status = migration.getStatus();
        String reason =
                Optional.ofNullable(status.getFailure())
                        .map(Failure::getReason)
                        .map(Enum::name)
                        .orElse("None");
        registry.counter(
                        "podmigration.migrations",
                        "outcome",
                        String.valueOf(status.getPhase()),
                        "reason",
                        reason,
                        "dry_run",
                        String.valueOf(migration.getSpec().isDryRun()))
                .increment();
        if (status.getFreeze() != null && status.getFreeze().getMilliseconds() != null) {
            DistributionSummary.builder("podmigration.freeze.seconds")
                    .description("Time in which neither copy answered")
                    .tag("outcome", String.valueOf(status.getPhase()))
                    .serviceLevelObjectives(0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 60)
                    .register(registry)
                    .record(status.getFreeze().getMilliseconds() / MILLIS_PER_SECOND);
        }
        bytes(status.getBytes());
    }

    private void bytes(@Nullable ByteCounts bytes) {
        if (bytes == null) {
            return;
        }
        count("memory", bytes.getMemory());
        count("files", bytes.getFiles());
    }

    private void count(String kind, @Nullable Long bytes) {
        if (bytes != null) {
            registry.counter("podmigration.moved.bytes", "kind", kind).increment(bytes);
        }
    }
}
