package dev.podmigration.workload.flink.strategy;

import dev.podmigration.api.v1alpha1.FailureReason;
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
import dev.podmigration.workload.flink.detect.FlinkRole;
import dev.podmigration.workload.flink.rest.FlinkFailure;
import dev.podmigration.workload.flink.rest.JobDetail;
import dev.podmigration.workload.flink.rest.JobId;
import dev.podmigration.workload.flink.rest.JobState;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * For jobs that declare that they keep nothing in Flink: the pod is made anew on the target. A
 * TaskManager's jobs are restarted by Flink itself; with a JobManager its job is gone and is
 * started again.
 */
public final class FlinkRecreate implements MigrationStrategy {

    /** The same that the operator's own Recreate wants. */
    static final String STATELESS = "workload.podmigration.dev/stateless";

    private static final Duration POLL = Duration.ofMillis(500);

    @Override
    public String name() {
        return "flink-recreate";
    }

    @Override
    public Strategy rung() {
        return Strategy.Recreate;
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
                    checkDeclared(move);
                    FlinkCluster cluster = FlinkCluster.of(move, namespace);
                    Ownership.checkMovableAsPod(cluster.flink(), namespace);
                    List<JobDetail> jobs = cluster.runningJobs();
                    if (needsStart(cluster)) {
                        JobStart.of(
                                cluster,
                                cluster.configuration(),
                                cluster.onlyJob().id(),
                                namespace);
                    }
                    return Assessment.possible()
                            .withFindings(
                                    List.of(
                                            Finding.passed(
                                                    "FlinkState",
                                                    "Declared to be outside of Flink; jobs that"
                                                            + " begin anew: "
                                                            + jobs.size()
                                                            + ".")));
                });
    }

    private static void checkDeclared(Move move) throws FlinkFailure {
        boolean declared =
                move.pod()
                        .source()
                        .map(pod -> pod.getMetadata().getAnnotations())
                        .map(annotations -> annotations.get(STATELESS))
                        .filter("true"::equals)
                        .isPresent();
        if (!declared) {
            throw new FlinkFailure(
                    FailureReason.StateNotExternal,
                    "The pod does not declare that its jobs keep all of their state outside of"
                            + " Flink.");
        }
    }

    private static boolean needsStart(FlinkCluster cluster) {
        return cluster.flink().role() == FlinkRole.JobManager;
    }

    @Override
    public Duration limit(StrategyStage stage) {
        return Duration.ofMinutes(3);
    }

    @Override
    public Progress prepare(Step step) {
        return Asking.step(
                step,
                () -> {
                    FlinkCluster cluster = FlinkCluster.of(step.move(), step.namespace());
                    List<JobDetail> jobs = cluster.runningJobs();
                    Memory memory =
                            Memory.of(step.memory())
                                    .with(JobsBefore.KEY, JobsBefore.of(jobs).write());
                    if (needsStart(cluster)) {
                        JobStart.of(
                                        cluster,
                                        cluster.configuration(),
                                        cluster.onlyJob().id(),
                                        step.namespace())
                                .write(memory);
                    }
                    return Progress.done(memory.values());
                });
    }

    @Override
    public boolean runsBesideSource(Move move) {
        return NewTaskManager.mayRunBesideOld(move);
    }

    @Override
    public Progress move(Step step) {
        return Asking.step(
                step,
                () -> {
                    Optional<Progress> first = NewTaskManager.awaited(step);
                    return first.orElse(new Progress.ReplacePod(step.memory()));
                });
    }

    @Override
    public Progress afterMove(Step step) {
        return Asking.patiently(
                step,
                "the jobs to run again",
                () ->
                        JobStart.read(Memory.of(step.memory())).isPresent()
                                ? Resume.next(step, Optional.empty(), "after the move")
                                : restarted(step));
    }

    private static Progress restarted(Step step) throws FlinkFailure, InterruptedException {
        FlinkCluster cluster = FlinkCluster.of(step.move(), step.namespace());
        List<String> waits = new ArrayList<>();
        for (JobId job : JobsBefore.read(step.memory()).ids()) {
            JobState state = cluster.rest().status(job).orElse(JobState.OTHER);
            if (state == JobState.FINISHED) {
                continue;
            }
            if (state.isOver()) {
                throw new FlinkFailure(
                        FailureReason.FlinkJobFinished,
                        "Job " + job + " is " + state + " after the move.");
            }
            // The TaskManager that has gone may still be counted.
            if (state != JobState.RUNNING
                    || !cluster.rest().job(job).map(JobDetail::runsWithAllTasks).orElse(false)) {
                waits.add(job.value());
            }
        }
        if (waits.isEmpty()) {
            return Progress.done(step.memory());
        }
        if (Asking.isLate(step)) {
            throw new FlinkFailure(
                    FailureReason.FlinkJobNotRunning,
                    "Jobs that do not run after the move: " + String.join(", ", waits) + ".");
        }
        return Progress.waitFor("all tasks of " + String.join(", ", waits), POLL, step.memory());
    }
}
