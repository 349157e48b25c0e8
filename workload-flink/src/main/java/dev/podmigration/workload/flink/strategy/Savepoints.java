package dev.podmigration.workload.flink.strategy;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.Move;
import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.Step;
import dev.podmigration.workload.flink.configuration.RunningConfiguration;
import dev.podmigration.workload.flink.rest.AsyncOperation;
import dev.podmigration.workload.flink.rest.AsyncOperation.FlinkError;
import dev.podmigration.workload.flink.rest.FlinkFailure;
import dev.podmigration.workload.flink.rest.FlinkRest;
import dev.podmigration.workload.flink.rest.JobDetail;
import dev.podmigration.workload.flink.rest.JobId;
import dev.podmigration.workload.flink.rest.JobState;
import dev.podmigration.workload.flink.rest.StatePath;
import dev.podmigration.workload.flink.rest.TriggerId;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Savepoints of the one job of a session cluster: whether they are possible, taking one beside the
 * running job, and stopping the job with one. What is asked of Flink is named after the migration,
 * so that it is asked once, whoever asks, and that what became of it can still be found when the
 * answer was lost.
 */
final class Savepoints {

    static final String JOB = "savepoint.job";
    static final String DIRECTORY = "savepoint.directory";

    /** The one that the job was stopped with. */
    static final String STOPPED_WITH = "savepoint.stopped-with";

    /** The one that was taken beside the running job. */
    static final String BEFORE = "savepoint.before";

    private static final Duration POLL = Duration.ofMillis(200);

    /** By which classes of exceptions Flink says that it cannot write. */
    private static final Set<String> CANNOT_WRITE =
            Set.of(
                    "java.io.IOException",
                    "java.io.FileNotFoundException",
                    "java.nio.file.AccessDeniedException",
                    "java.nio.file.FileAlreadyExistsException",
                    "java.nio.file.FileSystemException",
                    "java.nio.file.NoSuchFileException",
                    "java.nio.file.NotDirectoryException",
                    "java.nio.file.ReadOnlyFileSystemException",
                    "org.apache.flink.core.fs.UnsupportedFileSystemSchemeException");

    private final Step step;
    private final FlinkRest rest;
    private final JobId job;
    private final Memory memory;

    private Savepoints(Step step, FlinkRest rest) {
        this.step = step;
        this.rest = rest;
        this.memory = Memory.of(step.memory());
        this.job = new JobId(memory.get(JOB).orElseThrow());
    }

    /** Whether the job can be stopped with a savepoint and be started from it elsewhere. */
    static Assessment assess(Move move, Namespace namespace)
            throws FlinkFailure, InterruptedException {
        FlinkCluster cluster = FlinkCluster.of(move, namespace);
        Ownership.checkMovableAsPod(cluster.flink(), namespace);
        JobDetail job = cluster.onlyJob();
        RunningConfiguration configuration = cluster.configuration();
        StatePath directory = SavepointDirectory.of(cluster, configuration, namespace);
        JobStart start = JobStart.of(cluster, configuration, job.id(), namespace);
        return Assessment.possible()
                .withFindings(
                        List.of(
                                Finding.passed(
                                        "FlinkSavepoint",
                                        "Job "
                                                + job.id()
                                                + " is stopped with a savepoint in "
                                                + directory
                                                + " and goes on from it with "
                                                + start.jar()
                                                + ".")));
    }

    /** Notes what is needed later, when the JobManager may be another one. */
    static Memory remember(Step step) throws FlinkFailure, InterruptedException {
        FlinkCluster cluster = FlinkCluster.of(step.move(), step.namespace());
        JobDetail job = cluster.onlyJob();
        RunningConfiguration configuration = cluster.configuration();
        Memory memory =
                Memory.of(step.memory())
                        .with(JOB, job.id().value())
                        .with(
                                DIRECTORY,
                                SavepointDirectory.of(cluster, configuration, step.namespace())
                                        .value());
        JobStart.of(cluster, configuration, job.id(), step.namespace()).write(memory);
        return memory;
    }

    private static Savepoints of(Step step) throws FlinkFailure {
        return new Savepoints(step, FlinkCluster.of(step.move(), step.namespace()).rest());
    }

    /** A savepoint beside the running job. */
    static Progress take(Step step) throws FlinkFailure, InterruptedException {
        Savepoints savepoints = of(step);
        TriggerId trigger = savepoints.trigger("before the move");
        return switch (savepoints.rest.savepoint(savepoints.job, trigger)) {
            case AsyncOperation.Unknown<StatePath> _ -> {
                savepoints.checkRunning();
                savepoints.rest.triggerSavepoint(savepoints.job, savepoints.directory(), trigger);
                yield savepoints.waiting();
            }
            case AsyncOperation.InProgress<StatePath> _ -> savepoints.waiting();
            case AsyncOperation.Failed<StatePath> failed -> throw refused(failed.error());
            case AsyncOperation.Succeeded<StatePath> done ->
                    Progress.done(savepoints.memory.with(BEFORE, done.result().value()).values());
        };
    }

    /** Stops the job with a savepoint; then the pod is replaced. Until it has one the job runs. */
    static Progress stop(Step step) throws FlinkFailure, InterruptedException {
        Savepoints savepoints = of(step);
        TriggerId trigger = savepoints.trigger("stop");
        return switch (savepoints.rest.savepoint(savepoints.job, trigger)) {
            case AsyncOperation.Unknown<StatePath> _ -> {
                savepoints.checkRunning();
                Optional<Progress> first = NewTaskManager.awaited(step);
                if (first.isPresent()) {
                    yield first.get();
                }
                savepoints.rest.triggerStop(savepoints.job, savepoints.directory(), trigger);
                yield savepoints.waiting();
            }
            case AsyncOperation.InProgress<StatePath> _ -> savepoints.waiting();
            case AsyncOperation.Failed<StatePath> failed -> throw refused(failed.error());
            case AsyncOperation.Succeeded<StatePath> done -> savepoints.stopped(done.result());
        };
    }

    private Progress stopped(StatePath savepoint) throws FlinkFailure, InterruptedException {
        memory.with(STOPPED_WITH, savepoint.value());
        if (rest.status(job).filter(state -> !state.isOver()).isPresent()) {
            return Progress.waitFor("the end of job " + job, POLL, memory.values());
        }
        return new Progress.ReplacePod(memory.values());
    }

    /**
     * What {@link #stop} has come to, also if its answer was lost. Empty: the job was not stopped.
     */
    static Optional<StatePath> stoppedWith(Step step) throws FlinkFailure, InterruptedException {
        Memory memory = Memory.of(step.memory());
        if (memory.get(JOB).isEmpty()) {
            return Optional.empty();
        }
        Savepoints savepoints = of(step);
        return savepoints.rest.savepoint(savepoints.job, savepoints.trigger("stop"))
                        instanceof AsyncOperation.Succeeded<StatePath> done
                ? Optional.of(done.result())
                : memory.get(STOPPED_WITH).map(StatePath::new);
    }

    /** Whether {@link #stop} was asked for and has not ended. */
    static boolean isStopping(Step step) throws FlinkFailure, InterruptedException {
        if (!step.memory().containsKey(JOB)) {
            return false;
        }
        Savepoints savepoints = of(step);
        return savepoints.rest.savepoint(savepoints.job, savepoints.trigger("stop"))
                instanceof AsyncOperation.InProgress;
    }

    static Optional<JobState> state(Step step) throws FlinkFailure, InterruptedException {
        Savepoints savepoints = of(step);
        return savepoints.rest.status(savepoints.job);
    }

    private void checkRunning() throws FlinkFailure, InterruptedException {
        JobState state =
                rest.status(job)
                        .orElseThrow(
                                () ->
                                        new FlinkFailure(
                                                FailureReason.FlinkJobNotRunning,
                                                "The JobManager does not know job " + job + "."));
        if (state.isOver()) {
            throw new FlinkFailure(
                    FailureReason.FlinkJobFinished,
                    "Job " + job + " is " + state + " before it could be stopped.");
        }
        if (state != JobState.RUNNING) {
            throw new FlinkFailure(
                    FailureReason.FlinkJobNotRunning, "Job " + job + " is " + state + ".");
        }
    }

    private Progress waiting() throws FlinkFailure {
        if (Asking.isLate(step)) {
            throw new FlinkFailure(
                    FailureReason.FlinkCheckpointStuck,
                    "The savepoint of job " + job + " does not end.");
        }
        return Progress.waitFor("the savepoint of job " + job, POLL, memory.values());
    }

    private StatePath directory() {
        return new StatePath(memory.get(DIRECTORY).orElseThrow());
    }

    private TriggerId trigger(String what) {
        return TriggerId.of(step.move().migration().getMetadata().getUid(), job.value(), what);
    }

    private static FlinkFailure refused(FlinkError error) {
        boolean cannotWrite = error.classes().stream().anyMatch(CANNOT_WRITE::contains);
        return new FlinkFailure(
                cannotWrite
                        ? FailureReason.SavepointDirectoryNotWritable
                        : FailureReason.SavepointFailed,
                cannotWrite
                        ? "Flink could not write the savepoint."
                        : "Flink could not take the savepoint.",
                error.lines());
    }
}
