package dev.podmigration.operator.phase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.operator.fakes.Case;
import dev.podmigration.operator.fakes.Plugins;
import dev.podmigration.operator.forecast.FreezeHistory;
import dev.podmigration.operator.settings.TimeLimits;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;

class ObstaclesTest {

    private final PhaseTable phases =
            new PhaseTable(TimeLimits.DEFAULT, new FreezeHistory(), Plugins.NONE);

    @Test
    void aGrantIsNotTakenBackBecauseOfTimeOrSilenceOrTheUser() {
        assertThat(reason(granted().after(Duration.ofDays(1)))).isNull();
        assertThat(reason(granted().migration(migration -> migration.getSpec().setCancelled(true))))
                .isNull();
        assertThat(reason(granted().withoutSource())).isNull();
        assertThat(reason(granted().targetGone())).isNull();
    }

    @Test
    void aGrantIsTakenBackWhenTheTargetSaysThatItNeverRan() {
        assertThat(
                        reason(
                                Case.in(PodMigrationPhase.Restoring)
                                        .target()
                                        .checkpoint(
                                                CheckpointGoal.Migrate, PodCheckpointPhase.Granted)
                                        .restore(RestoreGoal.Restore, PodRestorePhase.Failed)
                                        .restoreFailure(FailureReason.RestoreFailed)))
                .isEqualTo(FailureReason.RestoreFailed);
    }

    @Test
    void aTargetThatIsSilentAfterTheGrantIsWaitedForAndAPersonIsTold() {
        assertThat(phases.next(granted().after(Duration.ofHours(1)).build()))
                .isInstanceOfSatisfying(
                        Decision.Stall.class,
                        stall ->
                                assertThat(stall.failure().getReason())
                                        .isEqualTo(FailureReason.AgentUnreachable));
    }

    @Test
    void silenceBeforeTheGrantEndsTheMigration() {
        Case frozen =
                Case.in(PodMigrationPhase.Frozen)
                        .target()
                        .checkpoint(CheckpointGoal.Migrate, PodCheckpointPhase.Frozen)
                        .restore(RestoreGoal.Restore, PodRestorePhase.Restoring);
        assertThat(reason(frozen.heard("node-b", Case.NOW.minus(Duration.ofMinutes(5)))))
                .isEqualTo(FailureReason.AgentUnreachable);
    }

    @Test
    void aRunningTargetIsNoObstacleWhateverTheSourceSays() {
        assertThat(
                        phases.next(
                                Case.in(PodMigrationPhase.Restoring)
                                        .target()
                                        .checkpoint(
                                                CheckpointGoal.Migrate, PodCheckpointPhase.Frozen)
                                        .restore(RestoreGoal.Restore, PodRestorePhase.Committed)
                                        .build()))
                .isEqualTo(new Decision.Enter(PodMigrationPhase.Committed));
    }

    private static Case granted() {
        return Case.in(PodMigrationPhase.Restoring)
                .target()
                .checkpoint(CheckpointGoal.Migrate, PodCheckpointPhase.Granted)
                .restore(RestoreGoal.Restore, PodRestorePhase.Restoring);
    }

    private @Nullable FailureReason reason(Case seen) {
        return phases.next(seen.build()) instanceof Decision.GiveUp giveUp
                ? giveUp.failure().getReason()
                : null;
    }
}
