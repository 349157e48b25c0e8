package dev.podmigration.operator.phase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.fakes.Case;
import dev.podmigration.operator.fakes.Plugins;
import dev.podmigration.operator.forecast.FreezeHistory;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.settings.TimeLimits;

import io.fabric8.kubernetes.api.model.ConditionBuilder;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

/** The one rule that must hold: while there may be a grant, the target pod is not deleted. */
class RollBackTest {

    private final PhaseTable phases =
            new PhaseTable(TimeLimits.DEFAULT, new FreezeHistory(), Plugins.NONE);

    @Test
    void bothEndsAreToldAtOnce() {
        assertThat(actions(frozen()))
                .hasAtLeastOneElementOfType(Action.SetGoal.class)
                .hasAtLeastOneElementOfType(Action.Cancel.class);
    }

    @Test
    void whileTheSourceMayHaveGrantedTheTargetPodStays() {
        assertThat(actions(frozen())).doesNotHaveAnyElementsOfTypes(Action.DeletePod.class);
        assertThat(actions(asked(PodCheckpointPhase.Frozen, PodRestorePhase.Restoring)))
                .doesNotHaveAnyElementsOfTypes(Action.DeletePod.class);
        assertThat(actions(asked(PodCheckpointPhase.Granted, PodRestorePhase.Restoring)))
                .doesNotHaveAnyElementsOfTypes(Action.DeletePod.class);
    }

    @Test
    void aSourceThatRunsAgainFreesTheTargetPod() {
        assertThat(actions(asked(PodCheckpointPhase.RolledBack, PodRestorePhase.Restoring)))
                .hasAtLeastOneElementOfType(Action.DeletePod.class);
    }

    @Test
    void aTargetThatNeverRanFreesTheTargetPod() {
        assertThat(actions(asked(PodCheckpointPhase.Granted, PodRestorePhase.Cancelled)))
                .hasAtLeastOneElementOfType(Action.DeletePod.class);
    }

    /**
     * Whether or not it was told to cancel meanwhile: its record says that there is no way back.
     */
    @Test
    void aTargetThatHasTheGrantBeforeItsPodExistsGoesForward() {
        assertThat(phases.next(asked(PodCheckpointPhase.Granted, PodRestorePhase.Granted).build()))
                .isEqualTo(new Decision.GoForward());
    }

    @Test
    void beforeAnybodyWasAskedTheTargetPodGoesAtOnce() {
        assertThat(
                        actions(
                                Case.in(PodMigrationPhase.Preparing)
                                        .failed(FailureReason.Cancelled)
                                        .target()
                                        .checkpoint(
                                                CheckpointGoal.Prepare,
                                                PodCheckpointPhase.Preparing)
                                        .restore(RestoreGoal.Restore, PodRestorePhase.Armed)))
                .hasAtLeastOneElementOfType(Action.DeletePod.class);
    }

    @Test
    void aTargetThatRunsEndsTheRollBack() {
        assertThat(
                        phases.next(
                                asked(PodCheckpointPhase.Granted, PodRestorePhase.Committed)
                                        .build()))
                .isInstanceOf(Decision.GoForward.class);
    }

    @Test
    void twoSilentAgentsAreWaitedForAndAPersonIsTold() {
        Observation seen =
                rollingBackSince(asked(PodCheckpointPhase.Frozen, PodRestorePhase.Restoring))
                        .after(Duration.ofMinutes(30))
                        .build();

        assertThat(phases.next(seen))
                .isInstanceOfSatisfying(
                        Decision.Stall.class,
                        stall -> {
                            assertThat(stall.failure().getReason())
                                    .isEqualTo(FailureReason.AgentUnreachable);
                            assertThat(stall.actions())
                                    .doesNotHaveAnyElementsOfTypes(Action.DeletePod.class);
                        });
    }

    @Test
    void aSourceThatWasKilledMeanwhileLeavesNoPodBehind() {
        Observation seen =
                Case.in(PodMigrationPhase.Restoring)
                        .failed(FailureReason.RestoreFailed)
                        .withoutSource()
                        .checkpoint(CheckpointGoal.RollBack, PodCheckpointPhase.Released)
                        .restore(RestoreGoal.Cancel, PodRestorePhase.Failed)
                        .build();
        assertThat(((Decision.Stay) phases.next(seen)).actions())
                .hasOnlyElementsOfType(Action.Delete.class);
    }

    @Test
    void theCauseIsToldAndNotWhatFollowedFromIt() {
        Observation seen =
                Case.in(PodMigrationPhase.Frozen)
                        .failed(FailureReason.StreamBroken)
                        .target()
                        .checkpoint(CheckpointGoal.RollBack, PodCheckpointPhase.RolledBack)
                        .checkpointFailure(FailureReason.FreezeLimitExceeded)
                        .restore(RestoreGoal.Cancel, PodRestorePhase.Cancelled)
                        .restoreFailure(FailureReason.StreamBroken)
                        .build();

        phases.next(seen);

        assertThat(seen.status().getFailure().getReason())
                .isEqualTo(FailureReason.FreezeLimitExceeded);
    }

    @Test
    void aUsersWishToCancelStaysTheCause() {
        Observation seen =
                Case.in(PodMigrationPhase.Frozen)
                        .migration(migration -> migration.getSpec().setCancelled(true))
                        .failed(FailureReason.Cancelled)
                        .target()
                        .checkpoint(CheckpointGoal.RollBack, PodCheckpointPhase.RolledBack)
                        .restore(RestoreGoal.Cancel, PodRestorePhase.Failed)
                        .restoreFailure(FailureReason.RestoreFailed)
                        .build();

        phases.next(seen);

        assertThat(seen.status().getFailure().getReason()).isEqualTo(FailureReason.Cancelled);
    }

    @Test
    void onlyAUsersWishEndsInCancelled() {
        assertThat(end(Case.in(PodMigrationPhase.Frozen).failed(FailureReason.Cancelled)))
                .isEqualTo(PodMigrationPhase.RolledBack);
        assertThat(
                        end(
                                Case.in(PodMigrationPhase.Frozen)
                                        .failed(FailureReason.Cancelled)
                                        .migration(
                                                migration ->
                                                        migration.getSpec().setCancelled(true))))
                .isEqualTo(PodMigrationPhase.Cancelled);
        assertThat(end(Case.in(PodMigrationPhase.Preflight).failed(FailureReason.HostNetwork)))
                .isEqualTo(PodMigrationPhase.Failed);
    }

    private PodMigrationPhase end(Case nothingLeft) {
        return ((Decision.Finish) phases.next(nothingLeft.build())).phase();
    }

    private static Case frozen() {
        return Case.in(PodMigrationPhase.Frozen)
                .failed(FailureReason.TotalLimitExceeded)
                .target()
                .checkpoint(CheckpointGoal.Migrate, PodCheckpointPhase.Frozen)
                .restore(RestoreGoal.Restore, PodRestorePhase.Restoring);
    }

    /** Both were asked to undo it and have come this far. */
    private static Case asked(PodCheckpointPhase source, PodRestorePhase target) {
        return Case.in(PodMigrationPhase.Frozen)
                .failed(FailureReason.TotalLimitExceeded)
                .target()
                .checkpoint(CheckpointGoal.RollBack, source)
                .restore(RestoreGoal.Cancel, target);
    }

    private static Case rollingBackSince(Case begun) {
        return begun.migration(
                migration ->
                        migration
                                .getStatus()
                                .setConditions(
                                        List.of(
                                                new ConditionBuilder()
                                                        .withType(Observation.ROLLING_BACK)
                                                        .withStatus("True")
                                                        .withLastTransitionTime(Case.NOW.toString())
                                                        .build())));
    }

    private List<Action> actions(Case seen) {
        return ((Decision.Stay) phases.next(seen.build())).actions();
    }
}
