package dev.podmigration.operator.fakes;

import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.operator.observe.StrategyWork;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.Progress;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What strategies have answered, as a test says. */
public final class Answered implements StrategyWork {

    private final Map<String, Assessment> assessments = new HashMap<>();
    private final Map<String, Progress> outcomes = new HashMap<>();
    private boolean busy;

    public Answered assessment(String strategy, Assessment answer) {
        assessments.put(strategy, answer);
        return this;
    }

    public Answered outcome(StrategyStage stage, int step, Progress progress) {
        outcomes.put(stage + " " + step, progress);
        return this;
    }

    public Answered busy() {
        busy = true;
        return this;
    }

    @Override
    public Optional<Assessment> assessment(String strategy) {
        return Optional.ofNullable(assessments.get(strategy));
    }

    @Override
    public Optional<Progress> outcome(StrategyStage stage, int step) {
        return Optional.ofNullable(outcomes.get(stage + " " + step));
    }

    @Override
    public boolean isBusy() {
        return busy;
    }
}
