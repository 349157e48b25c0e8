package dev.podmigration.workload.flink.strategy;

import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.Move;
import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.Step;
import dev.podmigration.workload.flink.detect.FlinkDetector;

import java.time.Duration;

/**
 * TaskManagers and JobManagers move with their memory, one of them or several as one: within what
 * Flink bears, between two of its checkpoints, and Flink itself has the last word.
 */
public final class FlinkCheckpoint implements MigrationStrategy {

    @Override
    public String name() {
        return "flink-checkpoint";
    }

    @Override
    public Strategy rung() {
        return Strategy.Checkpoint;
    }

    @Override
    public int priority() {
        return 100;
    }

    @Override
    public boolean appliesTo(Move move) {
        return move.detected(FlinkDetector.NAME).isPresent();
    }

    @Override
    public boolean movesGroups() {
        return true;
    }

    @Override
    public Assessment assess(Move move, Namespace namespace) {
        return Asking.assess(() -> FreezeAssessment.of(move, namespace));
    }

    /** A checkpoint of Flink may take minutes, and the pod may have to wait for one. */
    @Override
    public Duration limit(StrategyStage stage) {
        return stage == StrategyStage.AwaitFreeze ? Duration.ofMinutes(10) : Duration.ofMinutes(2);
    }

    @Override
    public Progress prepare(Step step) {
        return Asking.step(step, () -> FreezeAssessment.remember(step));
    }

    @Override
    public Progress awaitFreeze(Step step) {
        return Asking.step(step, () -> FreezeMoment.next(step));
    }

    @Override
    public Progress afterMove(Step step) {
        return Asking.patiently(
                step, "Flink to say that its jobs go on", () -> FreezeVerdict.look(step));
    }
}
