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
import dev.podmigration.workload.flink.rest.StatePath;

import java.time.Duration;
import java.util.Optional;

/**
 * Stops the job of a standalone session cluster with a savepoint, lets the pod be made anew on the
 * target, a TaskManager's before the job is stopped, and starts the job from the savepoint.
 */
public final class FlinkSavepoint implements MigrationStrategy {

    @Override
    public String name() {
        return "flink-savepoint";
    }

    @Override
    public Strategy rung() {
        return Strategy.Savepoint;
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
    public Assessment assess(Move move, Namespace namespace) {
        return Asking.assess(() -> Savepoints.assess(move, namespace));
    }

    /** A savepoint of much state takes minutes. */
    @Override
    public Duration limit(StrategyStage stage) {
        return stage == StrategyStage.Move ? Duration.ofMinutes(10) : Duration.ofMinutes(3);
    }

    @Override
    public Progress prepare(Step step) {
        return Asking.step(step, () -> Progress.done(Savepoints.remember(step).values()));
    }

    @Override
    public boolean runsBesideSource(Move move) {
        return NewTaskManager.mayRunBesideOld(move);
    }

    @Override
    public Progress move(Step step) {
        return Asking.step(step, () -> Savepoints.stop(step));
    }

    @Override
    public Progress afterMove(Step step) {
        return Asking.patiently(
                step,
                "the job to go on",
                () ->
                        Resume.next(
                                step,
                                Optional.of(
                                        new StatePath(step.memory().get(Savepoints.STOPPED_WITH))),
                                "after the move"));
    }

    @Override
    public Progress undo(Step step) {
        return Asking.patiently(step, "the job to go on where it was", () -> takenBack(step));
    }

    /** A job that was stopped goes on where it was. */
    static Progress takenBack(Step step)
            throws dev.podmigration.workload.flink.rest.FlinkFailure, InterruptedException {
        if (Savepoints.isStopping(step)) {
            return Progress.waitFor(
                    "the savepoint that was asked for", Duration.ofMillis(300), step.memory());
        }
        Optional<StatePath> savepoint = Savepoints.stoppedWith(step);
        return savepoint.isEmpty()
                ? Progress.done(step.memory())
                : Resume.next(step, savepoint, "undone");
    }
}
