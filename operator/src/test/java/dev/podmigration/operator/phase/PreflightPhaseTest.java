package dev.podmigration.operator.phase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.MigratedContainer;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.Verdict;
import dev.podmigration.operator.fakes.Case;
import dev.podmigration.operator.fakes.Finished;
import dev.podmigration.operator.fakes.Plugins;
import dev.podmigration.operator.forecast.FreezeHistory;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.settings.TimeLimits;

import org.junit.jupiter.api.Test;

import java.util.List;

/** What is said about the freeze before it. */
class PreflightPhaseTest {

    private final FreezeHistory history = new FreezeHistory();
    private final PhaseTable phases = new PhaseTable(TimeLimits.DEFAULT, history, Plugins.NONE);

    @Test
    void theExpectedLengthOfTheFreezeIsInTheStatusAndInAFinding() {
        Observation seen = inspected(100, 10);

        phases.next(seen);

        assertThat(seen.status().getFreeze().getPredictedMilliseconds()).isEqualTo(700);
        assertThat(freeze(seen).getVerdict()).isEqualTo(Verdict.Passed);
        assertThat(freeze(seen).getMessage()).contains("700 ms").contains("starting values");
    }

    @Test
    void itFollowsFromWhatThisClusterHasShown() {
        for (int i = 0; i < 10; i++) {
            history.learn(Finished.migration(i, 1, 100, 5000));
        }
        Observation seen = inspected(100, 10);

        phases.next(seen);

        assertThat(seen.status().getFreeze().getPredictedMilliseconds()).isBetween(4000L, 5000L);
    }

    @Test
    void aFreezeThatWouldTakeTooLongIsWarnedOfAndNotRefused() {
        Observation seen = inspected(20_000, 10);

        phases.next(seen);

        assertThat(freeze(seen).getVerdict()).isEqualTo(Verdict.Warning);
        assertThat(freeze(seen).getReason()).isEqualTo(FailureReason.FreezeLimitExceeded);
        assertThat(freeze(seen).getRemedy()).contains("limits.freezeSeconds");
        assertThat(freeze(seen).getMessage()).contains("more than limits.freezeSeconds, 10 s");
    }

    private static Finding freeze(Observation seen) {
        return seen.status().getFindings().stream()
                .filter(finding -> "Freeze".equals(finding.getCheck()))
                .findFirst()
                .orElseThrow();
    }

    private static Observation inspected(long mebibytes, int freezeSeconds) {
        return Case.in(PodMigrationPhase.Preflight)
                .checkpoint(CheckpointGoal.Inspect, PodCheckpointPhase.Inspected)
                .migration(
                        migration -> {
                            MigratedContainer container = new MigratedContainer();
                            container.setName("main");
                            container.setMemoryBytes(mebibytes << 20);
                            migration.getStatus().setContainers(List.of(container));
                            migration.getSpec().getLimits().setFreezeSeconds(freezeSeconds);
                        })
                .build();
    }
}
