package dev.podmigration.workload.flink.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.workload.flink.rest.CheckpointSettings;
import dev.podmigration.workload.flink.rest.CheckpointStatistics;
import dev.podmigration.workload.flink.rest.CheckpointStatistics.Checkpoint;
import dev.podmigration.workload.flink.rest.CheckpointStatistics.Counts;
import dev.podmigration.workload.flink.rest.CheckpointStatistics.Status;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Triggers at 0, 5, 10, ... seconds; a checkpoint takes 0.2 s. */
class CheckpointWindowTest {

    private static final Instant ZERO = Instant.ofEpochSecond(1_000_000);
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private static final CheckpointCycle CYCLE =
            new CheckpointCycle(Optional.of(INTERVAL), Optional.of(ZERO), Duration.ofMillis(200));

    @ParameterizedTest
    @CsvSource({
        // Just triggered: after its end.
        "0, 200",
        "100, 100",
        // Room for a checkpoint and a second.
        "200, 0",
        "3800, 0",
        // No room any more: after the next one's end.
        "3801, 1399",
        "4900, 300",
        // Statistics that are three triggers old say the same.
        "15200, 0",
        "19000, 1200"
    })
    void aCheckpointIsAskedForWhenTheSilenceFitsBehindIt(long now, long waits) {
        assertThat(new CheckpointWindow(CYCLE, Duration.ofSeconds(1)).untilAsking(at(now)))
                .isEqualTo(Duration.ofMillis(waits));
    }

    @ParameterizedTest
    @CsvSource({"300, 4000", "4000, 4000", "4001,", "4999,", "5000, 9000"})
    void theFreezeBeginsSoThatItEndsBeforeTheNextTrigger(long now, Long until) {
        assertThat(new CheckpointWindow(CYCLE, Duration.ofSeconds(1)).openUntil(at(now)))
                .isEqualTo(Optional.ofNullable(until).map(CheckpointWindowTest::at));
    }

    @Test
    void whatDoesNotFitBeginsRightAfterACheckpoint() {
        CheckpointWindow window = new CheckpointWindow(CYCLE, Duration.ofSeconds(7));
        assertThat(window.fits()).isFalse();
        assertThat(window.untilAsking(at(100))).isEqualTo(Duration.ofMillis(100));
        assertThat(window.untilAsking(at(1000))).isZero();
        assertThat(window.untilAsking(at(4000))).isEqualTo(Duration.ofMillis(1200));
        assertThat(window.openUntil(at(4900))).isPresent();
    }

    @Test
    void aJobWithoutPeriodicCheckpointsHasAllTime() {
        CheckpointWindow window =
                new CheckpointWindow(
                        new CheckpointCycle(Optional.empty(), Optional.empty(), Duration.ZERO),
                        Duration.ofHours(1));
        assertThat(window.fits()).isTrue();
        assertThat(window.untilAsking(ZERO)).isZero();
        assertThat(window.openUntil(ZERO)).contains(Instant.MAX);
    }

    @Test
    void noFreezeThatFitsMeetsATrigger() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            CheckpointCycle cycle =
                    new CheckpointCycle(
                            Optional.of(Duration.ofMillis(1 + random.nextInt(5_000))),
                            Optional.of(at(random.nextInt(10_000))),
                            Duration.ofMillis(random.nextInt(500)));
            CheckpointWindow window =
                    new CheckpointWindow(cycle, Duration.ofMillis(random.nextInt(3_000)));
            Instant now = at(random.nextInt(100_000));
            if (!window.fits()) {
                continue;
            }
            Instant asked = now.plus(window.untilAsking(now));
            Instant complete = asked.plus(cycle.duration());
            Instant until = window.openUntil(complete).orElseThrow();
            assertThat(until).isAfterOrEqualTo(complete);
            assertThat(until.plus(window.silence()))
                    .isBeforeOrEqualTo(cycle.nextTrigger(complete).orElseThrow());
        }
    }

    @Test
    void theRhythmIsThatOfCheckpointsAndNotOfSavepoints() {
        CheckpointStatistics seen =
                new CheckpointStatistics(
                        new Counts(0, 3, 0, 3, 0),
                        Optional.empty(),
                        List.of(
                                checkpoint(3, Status.COMPLETED, true, 7_300, 900),
                                checkpoint(2, Status.COMPLETED, false, 5_000, 150),
                                checkpoint(1, Status.FAILED, false, 0, 4_000)));
        CheckpointCycle cycle =
                CheckpointCycle.of(
                        new CheckpointSettings(
                                Optional.of(INTERVAL), Duration.ofMinutes(10), Duration.ZERO, 1, 0),
                        seen);
        assertThat(cycle.trigger()).contains(at(5_000));
        assertThat(cycle.duration()).isEqualTo(Duration.ofMillis(150));
        assertThat(cycle.nextTrigger(at(5_000))).contains(at(10_000));
        assertThat(cycle.lastTrigger(at(9_999))).contains(at(5_000));
    }

    private static Checkpoint checkpoint(
            long id, Status status, boolean savepoint, long triggered, long took) {
        return new Checkpoint(
                id, status, savepoint, at(triggered), Duration.ofMillis(took), Optional.empty());
    }

    private static Instant at(long millis) {
        return ZERO.plusMillis(millis);
    }
}
