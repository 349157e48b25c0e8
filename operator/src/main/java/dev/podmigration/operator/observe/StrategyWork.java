package dev.podmigration.operator.observe;

import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.Progress;

import java.util.Optional;

/**
 * What strategies have answered about one migration since this operator started. What is missing
 * was never asked, is not answered yet, or was lost with an earlier operator: it is asked again.
 */
public interface StrategyWork {

    /** Nothing was asked. */
    StrategyWork NONE =
            new StrategyWork() {
                @Override
                public Optional<Assessment> assessment(String strategy) {
                    return Optional.empty();
                }

                @Override
                public Optional<Progress> outcome(StrategyStage stage, int step) {
                    return Optional.empty();
                }

                @Override
                public boolean isBusy() {
                    return false;
                }
            };

    Optional<Assessment> assessment(String strategy);

    /** What came of one step. */
    Optional<Progress> outcome(StrategyStage stage, int step);

    /** A step is being done. */
    boolean isBusy();
}
