package dev.podmigration.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.operator.fakes.Finished;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.junit.jupiter.api.Test;

class MigrationMetricsTest {

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final MigrationMetrics metrics = new MigrationMetrics(registry);

    @Test
    void anEndIsCountedWithItsReason() {
        PodMigration migration = Finished.migration(1, 1, 46, 590);
        migration.getStatus().setPhase(PodMigrationPhase.RolledBack);
        migration.getStatus().setFailure(Failure.of(FailureReason.TargetFull, "no room"));

        metrics.ended(migration);

        assertThat(
                        registry.get("podmigration.migrations")
                                .tags("outcome", "RolledBack", "reason", "TargetFull")
                                .counter()
                                .count())
                .isEqualTo(1);
    }

    @Test
    void aFreezeOfLessThanASecondIsInTheBucketOfItsLength() {
        metrics.ended(Finished.migration(1, 1, 46, 420));

        assertThat(registry.scrape())
                .contains(
                        "podmigration_freeze_seconds_bucket{outcome=\"Succeeded\",le=\"0.3\"} 0\n",
                        "podmigration_freeze_seconds_bucket{outcome=\"Succeeded\",le=\"0.5\"} 1\n",
                        "podmigration_freeze_seconds_sum{outcome=\"Succeeded\"} 0.42\n");
    }

    @Test
    void aFreezeThatWasShorterThanExpectedIsInTheBucketOfItsShare() {
        PodMigration migration = Finished.migration(1, 1, 46, 300);
        migration.getStatus().getFreeze().setPredictedMilliseconds(500L);

        metrics.ended(migration);

        assertThat(registry.scrape())
                .contains(
                        "podmigration_freeze_forecast_percent_bucket{le=\"50.0\"} 0\n",
                        "podmigration_freeze_forecast_percent_bucket{le=\"75.0\"} 1\n",
                        "podmigration_freeze_forecast_percent_sum 60.0\n");
    }

    @Test
    void aFreezeThatWasRolledBackSaysNothingAboutTheForecast() {
        PodMigration migration = Finished.migration(1, 1, 46, 10_000);
        migration.getStatus().setPhase(PodMigrationPhase.RolledBack);
        migration.getStatus().getFreeze().setPredictedMilliseconds(400L);

        metrics.ended(migration);

        assertThat(registry.find("podmigration.freeze.forecast.percent").summary()).isNull();
    }
}
