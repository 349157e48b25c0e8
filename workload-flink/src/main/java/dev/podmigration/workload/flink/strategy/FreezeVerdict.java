package dev.podmigration.workload.flink.strategy;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.Step;
import dev.podmigration.workload.flink.rest.AsyncOperation;
import dev.podmigration.workload.flink.rest.FlinkFailure;
import dev.podmigration.workload.flink.rest.FlinkRest;
import dev.podmigration.workload.flink.rest.JobDetail;
import dev.podmigration.workload.flink.rest.JobException;
import dev.podmigration.workload.flink.rest.JobId;
import dev.podmigration.workload.flink.rest.JobState;
import dev.podmigration.workload.flink.rest.TriggerId;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What Flink says after the move: every job that ran still runs, was not restarted, and takes
 * checkpoints. The last look comes when the JobManager's cache (three seconds) has nothing from
 * before any more.
 */
final class FreezeVerdict {

    private static final String TRIES = "verdict.tries";
    private static final String CHECKPOINTED = "verdict.checkpointed";
    private static final int MOST_TRIES = 5;
    private static final Duration CACHE = Duration.ofMillis(3_500);
    private static final Duration POLL = Duration.ofMillis(500);

    private final Step step;
    private final FlinkRest rest;
    private final JobsBefore before;
    private final Memory memory;

    private FreezeVerdict(Step step, FlinkRest rest) {
        this.step = step;
        this.rest = rest;
        this.before = JobsBefore.read(step.memory());
        this.memory = Memory.of(step.memory());
    }

    static Progress look(Step step) throws FlinkFailure, InterruptedException {
        return new FreezeVerdict(step, FlinkCluster.of(step.move(), step.namespace()).rest())
                .look();
    }

    private Progress look() throws FlinkFailure, InterruptedException {
        for (JobId job : before.ids()) {
            Optional<String> waitsFor = state(job);
            if (waitsFor.isPresent()) {
                return Progress.waitFor(waitsFor.get(), POLL, memory.values());
            }
        }
        if (memory.get(CHECKPOINTED).isPresent()) {
            return Progress.done(memory.without(CHECKPOINTED).values());
        }
        for (JobId job : before.ids()) {
            Optional<String> waitsFor = checkpoint(job);
            if (waitsFor.isPresent()) {
                return Progress.waitFor(waitsFor.get(), POLL, memory.values());
            }
        }
        return Progress.waitFor(
                "a last look at the jobs", CACHE, memory.with(CHECKPOINTED, "true").values());
    }

    /** Empty: it is well, or has ended as it should. */
    private Optional<String> state(JobId job) throws FlinkFailure, InterruptedException {
        JobState state =
                rest.status(job)
                        .orElseThrow(
                                () ->
                                        new FlinkFailure(
                                                FailureReason.FlinkJobNotRunning,
                                                "The JobManager does not know job "
                                                        + job
                                                        + " after the move."));
        if (state == JobState.FINISHED) {
            return Optional.empty();
        }
        if (state.isOver()) {
            throw new FlinkFailure(
                    FailureReason.FlinkJobFinished,
                    "Job " + job + " is " + state + " after the move.",
                    exceptions(job));
        }
        Optional<JobDetail> detail = rest.job(job);
        if (detail.isPresent() && before.wasRestarted(detail.get())) {
            throw new FlinkFailure(
                    FailureReason.FlinkJobRestarted,
                    "Job " + job + " was restarted during the move.",
                    exceptions(job));
        }
        if (state == JobState.RUNNING && detail.map(JobDetail::runsWithAllTasks).orElse(false)) {
            return Optional.empty();
        }
        if (Asking.isLate(step)) {
            throw new FlinkFailure(
                    FailureReason.FlinkJobNotRunning,
                    "Job " + job + " is " + state + " after the move.",
                    exceptions(job));
        }
        return Optional.of("job " + job + " to run with all of its tasks");
    }

    /** Empty: a checkpoint that began after the move is complete, or the job takes none. */
    private Optional<String> checkpoint(JobId job) throws FlinkFailure, InterruptedException {
        if (rest.status(job).filter(state -> state == JobState.RUNNING).isEmpty()
                || rest.checkpointSettings(job).isEmpty()) {
            return Optional.empty();
        }
        TriggerId trigger =
                TriggerId.of(
                        step.operationId(),
                        "after the move",
                        job.value(),
                        Integer.toString(memory.number(TRIES)));
        return switch (rest.checkpoint(job, trigger)) {
            case AsyncOperation.Succeeded<Long> _ -> Optional.empty();
            case AsyncOperation.InProgress<Long> _ -> {
                if (Asking.isLate(step)) {
                    throw new FlinkFailure(
                            FailureReason.FlinkCheckpointStuck,
                            "The checkpoint of job "
                                    + job
                                    + " that was asked for after the move does not end.");
                }
                yield Optional.of("a checkpoint of job " + job);
            }
            case AsyncOperation.Unknown<Long> _ -> {
                rest.triggerCheckpoint(job, trigger);
                yield Optional.of("a checkpoint of job " + job);
            }
            case AsyncOperation.Failed<Long> failed -> {
                memory.with(TRIES, Integer.toString(memory.number(TRIES) + 1));
                if (memory.number(TRIES) >= MOST_TRIES) {
                    throw new FlinkFailure(
                            FailureReason.FlinkCheckpointFailed,
                            "Job " + job + " takes no checkpoints after the move.",
                            failed.error().lines());
                }
                yield Optional.of("another checkpoint of job " + job);
            }
        };
    }

    private List<String> exceptions(JobId job) throws FlinkFailure, InterruptedException {
        return rest.exceptions(job).stream().limit(3).map(JobException::firstLine).toList();
    }
}
