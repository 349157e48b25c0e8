package dev.podmigration.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.operator.fakes.Case;
import dev.podmigration.operator.phase.Decision;

import io.fabric8.kubernetes.api.model.Condition;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

class StatusDraftTest {

    private static final Instant LATER = Case.NOW.plusSeconds(60);

    private final Case begun = Case.in(PodMigrationPhase.Preparing);
    private final PodMigration migration = begun.build().migration();

    @Test
    void aMigrationOnItsWayIsReconciling() {
        StatusDraft.apply(Decision.waitFor("the scheduler", LATER), begun.at(Case.NOW).build());

        assertThat(conditions()).containsOnlyKeys("Ready", "Reconciling");
        assertThat(conditions().get("Ready").getStatus()).isEqualTo("False");
        assertThat(conditions().get("Ready").getMessage()).isEqualTo("Waiting for the scheduler.");
    }

    @Test
    void aConditionKeepsItsTimeWhileItsStatusStays() {
        StatusDraft.apply(Decision.waitFor("one thing", LATER), begun.at(Case.NOW).build());
        StatusDraft.apply(Decision.waitFor("another", LATER), begun.at(LATER).build());

        assertThat(conditions().get("Ready").getLastTransitionTime())
                .isEqualTo(Case.NOW.toString());
        assertThat(conditions().get("Ready").getMessage()).contains("another");
    }

    @Test
    void oneThatSucceededIsReadyAndNothingElse() {
        StatusDraft.apply(Decision.waitFor("it", LATER), begun.at(Case.NOW).build());
        migration.getStatus().setTarget(migration.getStatus().getSource());
        StatusDraft.apply(
                new Decision.Finish(PodMigrationPhase.Succeeded), begun.at(LATER).build());

        assertThat(conditions()).containsOnlyKeys("Ready");
        assertThat(conditions().get("Ready").getStatus()).isEqualTo("True");
        assertThat(conditions().get("Ready").getLastTransitionTime()).isEqualTo(LATER.toString());
        assertThat(migration.getStatus().getCompletionTime()).isNotNull();
    }

    @Test
    void oneThatIsUndoneSaysWhyAndSinceWhen() {
        StatusDraft.apply(
                new Decision.GiveUp(Failure.of(FailureReason.TargetFull, "no room")),
                begun.at(Case.NOW).build());
        StatusDraft.apply(Decision.waitFor("the agents", LATER), begun.at(LATER).build());

        assertThat(conditions()).containsOnlyKeys("Ready", "Reconciling", "RollingBack");
        assertThat(conditions().get("RollingBack").getLastTransitionTime())
                .isEqualTo(Case.NOW.toString());
        assertThat(conditions().get("RollingBack").getReason()).isEqualTo("TargetFull");
        assertThat(migration.getStatus().getPhase()).isEqualTo(PodMigrationPhase.Preparing);
    }

    @Test
    void oneThatFailedIsStalledForKstatus() {
        migration.getStatus().setFailure(Failure.of(FailureReason.TargetFull, "no room"));
        StatusDraft.apply(
                new Decision.Finish(PodMigrationPhase.RolledBack), begun.at(LATER).build());

        assertThat(conditions()).containsOnlyKeys("Ready", "Stalled");
        assertThat(conditions().get("Stalled").getReason()).isEqualTo("TargetFull");
        assertThat(conditions().get("Ready").getMessage())
                .isEqualTo("no room. Everything is undone; pod app runs where it was.");
    }

    @Test
    void everyPhaseIsInTheHistoryOnce() {
        StatusDraft.apply(new Decision.Enter(PodMigrationPhase.Armed), begun.at(LATER).build());
        StatusDraft.apply(new Decision.Enter(PodMigrationPhase.Armed), begun.at(LATER).build());

        assertThat(migration.getStatus().getPhaseTransitions())
                .extracting(transition -> transition.getPhase())
                .containsExactly(PodMigrationPhase.Preparing, PodMigrationPhase.Armed);
    }

    @Test
    void aWishToCancelThatIsFollowedIsNotRefused() {
        migration.getSpec().setCancelled(true);
        StatusDraft.apply(
                new Decision.GiveUp(Failure.of(FailureReason.Cancelled, "cancelled")),
                begun.at(LATER).build());

        assertThat(conditions()).doesNotContainKey("CancelRefused");
    }

    @Test
    void aWishToCancelAfterTheCommitIsRefusedUntilTheEnd() {
        StatusDraft.apply(new Decision.Enter(PodMigrationPhase.Committed), begun.build());
        assertThat(conditions()).doesNotContainKey("CancelRefused");

        migration.getSpec().setCancelled(true);
        StatusDraft.apply(new Decision.Enter(PodMigrationPhase.Switching), begun.build());
        assertThat(conditions().get("CancelRefused").getReason()).isEqualTo("Committed");

        migration.getStatus().setFailure(Failure.of(FailureReason.RestoreFailed, "started anew"));
        StatusDraft.apply(new Decision.Finish(PodMigrationPhase.Failed), begun.at(LATER).build());
        assertThat(conditions().get("CancelRefused").getLastTransitionTime())
                .isEqualTo(Case.NOW.toString());
    }

    @Test
    void aWishToCancelThatTheGrantHasOvertakenIsRefused() {
        migration.getSpec().setCancelled(true);
        StatusDraft.apply(new Decision.GoForward(), begun.build());

        assertThat(conditions().get("CancelRefused").getReason()).isEqualTo("Committed");
    }

    @Test
    void aWishToCancelAfterTheGrantIsRefusedAsLongAsTheTargetMayRun() {
        Case granted =
                Case.in(PodMigrationPhase.Restoring)
                        .checkpoint(CheckpointGoal.Migrate, PodCheckpointPhase.Granted)
                        .restore(RestoreGoal.Restore, PodRestorePhase.Restoring)
                        .migration(wish -> wish.getSpec().setCancelled(true));
        PodMigration wish = granted.build().migration();
        StatusDraft.apply(Decision.waitFor("the target", LATER), granted.build());
        assertThat(conditions(wish).get("CancelRefused").getReason()).isEqualTo("Granted");

        StatusDraft.apply(
                new Decision.GiveUp(Failure.of(FailureReason.RestoreFailed, "it never ran")),
                granted.build());
        assertThat(conditions(wish)).doesNotContainKey("CancelRefused");
    }

    @Test
    void aWishToCancelWhatHasEndedChangesNothingElse() {
        StatusDraft.apply(new Decision.Enter(PodMigrationPhase.Committed), begun.build());
        migration.getStatus().setTarget(migration.getStatus().getSource());
        StatusDraft.apply(new Decision.Finish(PodMigrationPhase.Succeeded), begun.build());
        migration.getSpec().setCancelled(true);
        migration.getMetadata().setGeneration(7L);

        StatusDraft.acknowledge(begun.at(LATER).build());
        StatusDraft.acknowledge(begun.at(LATER.plusSeconds(60)).build());

        assertThat(conditions()).containsOnlyKeys("Ready", "CancelRefused");
        assertThat(conditions().get("CancelRefused").getLastTransitionTime())
                .isEqualTo(LATER.toString());
        assertThat(conditions().values())
                .allSatisfy(
                        condition -> assertThat(condition.getObservedGeneration()).isEqualTo(7L));
    }

    private Map<String, Condition> conditions() {
        return conditions(migration);
    }

    private static Map<String, Condition> conditions(PodMigration migration) {
        return migration.getStatus().getConditions().stream()
                .collect(Collectors.toMap(Condition::getType, Function.identity()));
    }
}
