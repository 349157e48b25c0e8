package dev.podmigration.operator.metrics;

import dev.podmigration.api.v1alpha1.ByteCounts;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.Freeze;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Counts ended migrations. Labels are phases and reasons only: names of pods or nodes would be
 * without bound.
 */
public final class MigrationMetrics {

    private static final Duration[] FREEZE_BOUNDS =
            LongStream.of(
                            100, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000, 10_000, 30_000,
                            60_000)
                    .mapToObj(Duration::ofMillis)
                    .toArray(Duration[]::new);

    private final MeterRegistry registry;

    public MigrationMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** A group as one more, and its pods each for itself. */
    public void ended(PodMigration migration) {
        PodMigrationStatus status = migration.getStatus();
        boolean group = migration.getSpec().getSelector() != null;
        String reason =
                Optional.ofNullable(status.getFailure())
                        .map(Failure::getReason)
                        .map(Enum::name)
                        .orElse("None");
        registry.counter(
                        group ? "podmigration.groups" : "podmigration.migrations",
                        "outcome",
                        String.valueOf(status.getPhase()),
                        "reason",
                        reason,
                        "dry_run",
                        String.valueOf(migration.getSpec().isDryRun()))
                .increment();
        if (group) {
            return;
        }
        if (status.getFreeze() != null && status.getFreeze().getMilliseconds() != null) {
            Timer.builder("podmigration.freeze")
                    .description("Time in which neither copy answered")
                    .tag("outcome", String.valueOf(status.getPhase()))
                    .serviceLevelObjectives(FREEZE_BOUNDS)
                    .register(registry)
                    .record(Duration.ofMillis(status.getFreeze().getMilliseconds()));
        }
        forecast(status);
        bytes(status.getBytes());
    }

    /** Only of freezes that ended by themselves. */
    private void forecast(PodMigrationStatus status) {
        Freeze freeze = status.getFreeze();
        if (status.getPhase() == PodMigrationPhase.Succeeded
                && freeze != null
                && freeze.getMilliseconds() != null
                && freeze.getPredictedMilliseconds() != null
                && freeze.getPredictedMilliseconds() > 0) {
            // In percent, because the histogram counts in whole numbers.
            DistributionSummary.builder("podmigration.freeze.forecast.percent")
                    .description("Measured freeze in percent of the expected one")
                    .serviceLevelObjectives(25, 50, 75, 90, 110, 125, 150, 200, 400)
                    .register(registry)
                    .record(100.0 * freeze.getMilliseconds() / freeze.getPredictedMilliseconds());
        }
    }

    private void bytes(@Nullable ByteCounts bytes) {
        if (bytes == null) {
            return;
        }
        count("memory", bytes.getMemory());
        count("files", bytes.getFiles());
        if (bytes.getTrimmed() != null) {
            registry.counter("podmigration.trimmed.bytes").increment(bytes.getTrimmed());
        }
    }

    private void count(String kind, @Nullable Long bytes) {
        if (bytes != null) {
            registry.counter("podmigration.moved.bytes", "kind", kind).increment(bytes);
        }
    }
}
