package dev.podmigration.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.Freeze;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.junit.jupiter.api.Test;

class MigrationMetricsTest {

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @Test
    void aFreezeOfLessThanASecondIsInTheBucketOfItsLength() {
        PodMigration migration = new PodMigration();
        migration.getStatus().setPhase(PodMigrationPhase.Succeeded);
        Freeze freeze = new Freeze();
        freeze.setMilliseconds(420L);
        migration.getStatus().setFreeze(freeze);

        new MigrationMetrics(registry).ended(migration);

        assertThat(registry.scrape())
                .contains(
                        "podmigration_freeze_seconds_bucket{outcome=\"Succeeded\",le=\"0.3\"} 0\n",
                        "podmigration_freeze_seconds_bucket{outcome=\"Succeeded\",le=\"0.5\"} 1\n",
                        "podmigration_freeze_seconds_sum{outcome=\"Succeeded\"} 0.42\n");
    }
}
