package dev.podmigration.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.Freeze;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.operator.fakes.Case;
import dev.podmigration.operator.fakes.Plugins;
import dev.podmigration.operator.observe.Observation;

import org.junit.jupiter.api.Test;

class FactsTest {

    @Test
    void whatWasExpectedStaysBesideWhatIsMeasured() {
        Observation seen =
                Case.in(PodMigrationPhase.Frozen)
                        .checkpoint(CheckpointGoal.Migrate, PodCheckpointPhase.Granted)
                        .migration(
                                migration -> {
                                    Freeze expected = new Freeze();
                                    expected.setPredictedMilliseconds(700L);
                                    migration.getStatus().setFreeze(expected);
                                })
                        .build();
        Freeze reported = new Freeze();
        reported.setStart("2026-08-01T12:00:01.000000Z");
        reported.setMilliseconds(590L);
        seen.checkpointStatus().orElseThrow().setFreeze(reported);

        Facts.note(seen, Plugins.NONE);

        assertThat(seen.status().getFreeze().getMilliseconds()).isEqualTo(590);
        assertThat(seen.status().getFreeze().getStart()).isEqualTo(reported.getStart());
        assertThat(seen.status().getFreeze().getPredictedMilliseconds()).isEqualTo(700);
        assertThat(reported.getPredictedMilliseconds()).isNull();
    }
}
