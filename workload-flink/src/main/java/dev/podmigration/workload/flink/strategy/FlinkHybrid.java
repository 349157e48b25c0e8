package dev.podmigration.workload.flink.strategy;

import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.Move;
import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.Step;
import dev.podmigration.workload.flink.detect.FlinkDetector;
import dev.podmigration.workload.flink.rest.FlinkFailure;
import dev.podmigration.workload.flink.rest.JobState;
import dev.podmigration.workload.flink.rest.StatePath;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Like {@link FlinkCheckpoint}, with a savepoint taken before. If the checkpoint or its restore
 * fails, the job is stopped with a new savepoint, or goes on from the first one if it does not run
 * any more: what can be lost is time.
 */
public final class FlinkHybrid implements MigrationStrategy {

    @Override
    public String name() {
        return "flink-hybrid";
    }

    @Override
    public Strategy rung() {
        return Strategy.Hybrid;
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
        return Asking.assess(
                () -> {
                    Assessment freezing = FreezeAssessment.of(move, namespace);
                    List<Finding> findings = new ArrayList<>(freezing.findings());
                    findings.addAll(Savepoints.assess(move, namespace).findings());
                    return freezing.withFindings(findings);
                });
    }

    @Override
    public Duration limit(StrategyStage stage) {
        return switch (stage) {
            case Prepare, AwaitFreeze, Fallback -> Duration.ofMinutes(10);
            case Move, AfterMove, Undo -> Duration.ofMinutes(3);
        };
    }

    @Override
    public Progress prepare(Step step) {
        return Asking.step(
                step,
                () -> {
                    if (!step.memory().containsKey(Savepoints.JOB)) {
                        FlinkCluster cluster = FlinkCluster.of(step.move(), step.namespace());
                        return Progress.waitFor(
                                "a savepoint before the move",
                                Duration.ZERO,
                                Savepoints.remember(step)
                                        .with(
                                                JobsBefore.KEY,
                                                JobsBefore.of(cluster.runningJobs()).write())
                                        .values());
                    }
                    return Savepoints.take(step);
                });
    }

    @Override
    public Progress awaitFreeze(Step step) {
        return Asking.step(step, () -> FreezeMoment.next(step));
    }

    @Override
    public Progress afterMove(Step step) {
        return Asking.patiently(
                step,
                "the job to go on",
                () -> {
                    if (step.fellBack()) {
                        return Resume.next(step, saved(step), "after the move");
                    }
                    // The pod has moved, but the job did not live: a job that somebody cancelled
                    // is left alone.
                    if (Savepoints.state(step)
                            .filter(state -> state == JobState.FAILED)
                            .isPresent()) {
                        return Resume.next(step, saved(step), "after the move");
                    }
                    return FreezeVerdict.look(step);
                });
    }

    @Override
    public boolean runsBesideSource(Move move) {
        return NewTaskManager.mayRunBesideOld(move);
    }

    @Override
    public Progress fallback(Step step) {
        return Asking.patiently(step, "the job to be stopped", () -> stopOrGoBack(step));
    }

    /** One that does not run any more cannot be stopped: it goes on from the first savepoint. */
    private static Progress stopOrGoBack(Step step) throws FlinkFailure, InterruptedException {
        boolean failed =
                Savepoints.state(step).filter(state -> state == JobState.FAILED).isPresent();
        return failed ? new Progress.ReplacePod(step.memory()) : Savepoints.stop(step);
    }

    /** The later one. */
    private static Optional<StatePath> saved(Step step) {
        Memory memory = Memory.of(step.memory());
        return memory.get(Savepoints.STOPPED_WITH)
                .or(() -> memory.get(Savepoints.BEFORE))
                .map(StatePath::new);
    }

    @Override
    public Progress undo(Step step) {
        return Asking.patiently(
                step, "the job to go on where it was", () -> FlinkSavepoint.takenBack(step));
    }
}
