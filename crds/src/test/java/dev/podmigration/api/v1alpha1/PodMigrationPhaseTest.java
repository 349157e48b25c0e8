package dev.podmigration.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PodMigrationPhaseTest {
    @ParameterizedTest
    @EnumSource(PodMigrationPhase.class)
    void whatIsCommittedOrFinalCannotBeCancelled(PodMigrationPhase phase) {
        assertThat(phase.isCancellable()).isEqualTo(!phase.isCommitted() && !phase.isFinal());
    }

    @ParameterizedTest
    @EnumSource(names = {"RolledBack", "Failed", "Cancelled"})
    void whatEndedWithoutSuccessIsNotCommitted(PodMigrationPhase phase) {
        assertThat(phase.isFinal()).isTrue();
        assertThat(phase.isCommitted()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(PodMigrationPhase.class)
    void aFreezeIsNeitherCommittedNorFinal(PodMigrationPhase phase) {
        assertThat(phase.isFreeze() && (phase.isCommitted() || phase.isFinal())).isFalse();
    }
}
