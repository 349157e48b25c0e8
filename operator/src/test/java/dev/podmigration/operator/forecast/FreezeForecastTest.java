package dev.podmigration.operator.forecast;

import static dev.podmigration.operator.fakes.Finished.between;
import static dev.podmigration.operator.fakes.Finished.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

import java.util.stream.Stream;

class FreezeForecastTest {

    private final FreezeHistory history = new FreezeHistory();

    @Test
    void untilSomethingWasMeasuredTheStartingValuesCountAndAreCalledSo() {
        FreezeForecast forecast = forecast(1, 100);

        assertThat(forecast.milliseconds()).isEqualTo(700);
        assertThat(forecast.derivation())
                .isEqualTo(
                        "A freeze of about 700 ms is expected: 600 ms, and 100 MiB at 1000 MiB/s,"
                                + " which are starting values: no migration has been measured"
                                + " yet.");
    }

    @Test
    void containersAreSavedOneAfterAnother() {
        FreezeForecast forecast = forecast(3, 100);

        assertThat(forecast.milliseconds()).isEqualTo(1900);
        assertThat(forecast.derivation()).contains("600 ms for each of 3 containers");
    }

    @Test
    void oneMigrationAlreadyMovesTheForecastTowardsWhatItTook() {
        history.learn(migration(1, 1, 46, 300));

        assertThat(forecast(1, 46).milliseconds()).isBetween(300L, 450L);
        assertThat(forecast(1, 46).derivation())
                .endsWith("as measured in the last migration of this cluster.");
    }

    @Test
    void fixedPartAndSpeedAreLearntFromPodsOfDifferentSizes() {
        // 250 ms, and 2 MiB in each further one.
        long[] sizes = {40, 150, 400, 1000, 4000, 60, 300, 2000, 90, 700};
        for (int i = 0; i < sizes.length; i++) {
            history.learn(migration(i, 1, sizes[i], 250 + sizes[i] / 2));
        }

        assertThat(forecast(1, 100).milliseconds()).isCloseTo(300, within10Percent());
        assertThat(forecast(1, 8000).milliseconds()).isCloseTo(4250, within10Percent());
        assertThat(forecast(2, 100).milliseconds()).isCloseTo(550, within10Percent());
    }

    @Test
    void theNodesOwnMigrationsCountOnceThereAreEnough() {
        for (int i = 0; i < 20; i++) {
            history.learn(between("node-c", "node-d", migration(i, 1, 100, 3000)));
        }
        history.learn(migration(30, 1, 100, 400));
        history.learn(migration(31, 1, 100, 400));
        assertThat(forecast(1, 100).milliseconds()).isGreaterThan(1000);
        assertThat(forecast(1, 100).derivation()).contains("22 migrations of this cluster");

        history.learn(migration(32, 1, 100, 400));

        assertThat(forecast(1, 100).milliseconds()).isLessThan(500);
        assertThat(forecast(1, 100).derivation())
                .endsWith("as measured in the last 3 migrations from node-a to node-b.");
    }

    @Test
    void withoutAChosenTargetTheWholeClusterCounts() {
        for (int i = 0; i < 5; i++) {
            history.learn(migration(i, 1, 100, 400));
        }

        assertThat(FreezeForecast.of(history, "node-a", null, 1, 100 << 20).derivation())
                .contains("of this cluster");
    }

    @Test
    void nodesThatBecameFasterAreBelieved() {
        for (int i = 0; i < 40; i++) {
            history.learn(migration(i, 1, 100, 3000));
        }
        for (int i = 40; i < 80; i++) {
            history.learn(migration(i, 1, 100, 300));
        }

        assertThat(forecast(1, 100).milliseconds()).isCloseTo(300, within10Percent());
    }

    @Test
    void whatIsLearntLaterButHappenedEarlierIsOlder() {
        for (int i = 40; i < 80; i++) {
            history.learn(migration(i, 1, 100, 300));
        }
        for (int i = 0; i < 40; i++) {
            history.learn(migration(i, 1, 100, 3000));
        }

        assertThat(forecast(1, 100).milliseconds()).isCloseTo(300, within10Percent());
    }

    @Test
    void oneFreezeOnABusyMachineChangesLittle() {
        for (int i = 0; i < 10; i++) {
            history.learn(migration(i, 1, 100, 400));
        }
        history.learn(migration(11, 1, 100, 9000));

        assertThat(forecast(1, 100).milliseconds()).isCloseTo(400, within10Percent());
    }

    @Test
    void neitherPartIsEverNegative() {
        // The larger pod was faster.
        for (int i = 0; i < 10; i++) {
            history.learn(migration(2 * i, 1, 10, 2000));
            history.learn(migration(2 * i + 1, 1, 1000, 500));
        }
        assertThat(forecast(1, 100_000).milliseconds())
                .isGreaterThan(forecast(1, 0).milliseconds());

        FreezeHistory steep = new FreezeHistory();
        for (int i = 0; i < 10; i++) {
            steep.learn(migration(2 * i, 1, 100, 100));
            steep.learn(migration(2 * i + 1, 1, 1000, 10_000));
        }
        assertThat(FreezeForecast.of(steep, "node-a", "node-b", 1, 0).milliseconds())
                .isNotNegative();
    }

    @Test
    void theSameMigrationTeachesOnce() {
        PodMigration migration = migration(1, 1, 100, 400);
        for (int i = 0; i < 5; i++) {
            history.learn(migration);
        }

        assertThat(forecast(1, 100).derivation()).contains("the last migration of");
    }

    @Test
    void oneThatDidNotSucceedTeachesNothing() {
        PodMigration rolledBack = migration(1, 1, 100, 10_000);
        rolledBack.getStatus().setPhase(PodMigrationPhase.RolledBack);
        history.learn(rolledBack);
        PodMigration dryRun = migration(2, 1, 100, 1);
        dryRun.getStatus().setFreeze(null);
        history.learn(dryRun);
        history.learn(new PodMigration());

        assertThat(forecast(1, 100).derivation()).contains("starting values");
    }

    @Test
    void whatEndedBeforeIsLookedAtOnce() {
        history.begin(() -> Stream.of(migration(1, 1, 100, 400), migration(2, 1, 100, 400)));
        history.begin(
                () -> {
                    throw new AssertionError("asked again");
                });

        assertThat(forecast(1, 100).derivation()).contains("last 2 migrations");
    }

    private FreezeForecast forecast(int containers, long mebibytes) {
        return FreezeForecast.of(history, "node-a", "node-b", containers, mebibytes << 20);
    }

    private static Percentage within10Percent() {
        return Percentage.withPercentage(10);
    }
}
