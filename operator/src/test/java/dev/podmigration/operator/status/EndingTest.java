package dev.podmigration.operator.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.operator.fakes.Case;

import org.junit.jupiter.api.Test;

class EndingTest {

    @Test
    void aSourceThatRunsIsSaidToRun() {
        assertThat(undone(frozen())).isEqualTo("Everything is undone; pod app runs where it was.");
    }

    @Test
    void aSourceThatWasDeletedIsNotSaidToRun() {
        assertThat(undone(frozen().withoutSource()))
                .isEqualTo("Everything is undone; pod app was deleted meanwhile.");
    }

    @Test
    void aSourceThatIsBeingDeletedIsNotSaidToRun() {
        assertThat(
                        undone(
                                frozen().source(
                                                pod ->
                                                        pod.editMetadata()
                                                                .withDeletionTimestamp(
                                                                        "2026-08-01T12:00:00Z")
                                                                .endMetadata())))
                .isEqualTo("Everything is undone; pod app is being deleted.");
    }

    @Test
    void aSourceThatEndedIsNotSaidToRun() {
        assertThat(undone(frozen().source(pod -> pod.editStatus().withPhase("Failed").endStatus())))
                .isEqualTo("Everything is undone; pod app ended meanwhile, in phase Failed.");
    }

    @Test
    void aSourceWithAContainerThatWaitsIsNotSaidToRun() {
        assertThat(
                        undone(
                                frozen().source(
                                                pod ->
                                                        pod.editStatus()
                                                                .addNewContainerStatus()
                                                                .withNewState()
                                                                .withNewWaiting()
                                                                .endWaiting()
                                                                .endState()
                                                                .endContainerStatus()
                                                                .endStatus())))
                .contains("pod app is where it was, but not every container of it runs");
    }

    @Test
    void aPodThatNeverWasIsNotSaidToHaveBeenDeleted() {
        Case pending =
                Case.in(PodMigrationPhase.Pending)
                        .withoutSource()
                        .migration(migration -> migration.getStatus().setSource(null));

        assertThat(Ending.of(PodMigrationPhase.Cancelled, pending.build()))
                .isEqualTo("Everything is undone; there is no pod app.");
    }

    @Test
    void aPhaseInWhichNothingEndsHasNoEnding() {
        assertThatThrownBy(() -> Ending.of(PodMigrationPhase.Armed, frozen().build()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String undone(Case seen) {
        return Ending.of(PodMigrationPhase.RolledBack, seen.build());
    }

    private static Case frozen() {
        return Case.in(PodMigrationPhase.Frozen);
    }
}
