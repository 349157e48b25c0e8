package dev.podmigration.workload.flink.strategy;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.Step;
import dev.podmigration.workload.flink.rest.AsyncOperation.FlinkError;
import dev.podmigration.workload.flink.rest.FlinkFailure;
import dev.podmigration.workload.flink.rest.FlinkRest;
import dev.podmigration.workload.flink.rest.JobDetail;
import dev.podmigration.workload.flink.rest.JobException;
import dev.podmigration.workload.flink.rest.JobId;
import dev.podmigration.workload.flink.rest.JobState;
import dev.podmigration.workload.flink.rest.StatePath;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Starts a job that was stopped, and waits until it runs with all of its tasks from where it was.
 * Under an identifier of the migration, so that it is started once.
 */
final class Resume {

    private static final Duration POLL = Duration.ofMillis(300);

    private Resume() {}

    /**
     * @param from empty: from nothing
     * @param words which of the starts of a migration it is
     */
    static Progress next(Step step, Optional<StatePath> from, String words)
            throws FlinkFailure, InterruptedException {
        Memory memory = Memory.of(step.memory());
        JobStart start =
                JobStart.read(memory)
                        .orElseThrow(
                                () ->
                                        new FlinkFailure(
                                                FailureReason.FlinkJobNotRunning,
                                                "Nothing says how the job is started again."));
        FlinkRest rest = FlinkCluster.of(step.move(), step.namespace()).rest();
        JobId job = JobId.of(step.move().migration().getMetadata().getUid(), words);
        Optional<JobState> state = rest.status(job);
        if (state.isEmpty()) {
            // A JobManager that has just started may not have its jars yet.
            if (!rest.jars().contains(start.jar())) {
                return waiting(step, memory, "the JobManager to have " + start.jar(), from);
            }
            // Without slots it would start, fail and be restarted until there are some.
            int slots = Math.max(1, start.parallelism());
            if (rest.overview().slotsAvailable() < slots) {
                return waiting(step, memory, slots + " free slots", from);
            }
            Optional<FlinkError> refused = rest.run(start.run(job, from));
            if (refused.isPresent()) {
                throw failed(from, "it does not start", refused.get().lines());
            }
            return waiting(step, memory, "job " + job + " to run", from);
        }
        if (state.get() == JobState.FINISHED) {
            return Progress.done(memory.values());
        }
        if (state.get().isOver()) {
            throw failed(
                    from,
                    "it is " + state.get(),
                    rest.exceptions(job).stream().limit(3).map(JobException::firstLine).toList());
        }
        boolean runs = rest.job(job).map(JobDetail::runsWithAllTasks).orElse(false);
        if (!runs) {
            return waiting(step, memory, "all tasks of job " + job, from);
        }
        if (from.isPresent() && restored(rest, job) == 0) {
            throw failed(from, "it runs, but from nothing", List.of());
        }
        return Progress.done(memory.with("resumed.job", job.value()).values());
    }

    private static long restored(FlinkRest rest, JobId job)
            throws FlinkFailure, InterruptedException {
        return rest.checkpoints(job).map(seen -> seen.counts().restored()).orElse(0L);
    }

    private static Progress waiting(Step step, Memory memory, String what, Optional<StatePath> from)
            throws FlinkFailure {
        if (Asking.isLate(step)) {
            throw failed(from, "in time there was no sign of " + what, List.of());
        }
        return Progress.waitFor(what, POLL, memory.values());
    }

    private static FlinkFailure failed(Optional<StatePath> from, String why, List<String> log) {
        return new FlinkFailure(
                FailureReason.FlinkJobNotRunning,
                "The job did not go on"
                        + from.map(path -> " from " + path).orElse("")
                        + ": "
                        + why
                        + "."
                        + from.map(_ -> " Its state is there; start it from there.").orElse(""),
                log);
    }
}
