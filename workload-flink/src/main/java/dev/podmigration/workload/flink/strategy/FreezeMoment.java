package dev.podmigration.workload.flink.strategy;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.Step;
import dev.podmigration.workload.flink.checkpoint.CheckpointCycle;
import dev.podmigration.workload.flink.checkpoint.CheckpointWindow;
import dev.podmigration.workload.flink.rest.AsyncOperation;
import dev.podmigration.workload.flink.rest.CheckpointSettings;
import dev.podmigration.workload.flink.rest.CheckpointStatistics;
import dev.podmigration.workload.flink.rest.FlinkFailure;
import dev.podmigration.workload.flink.rest.FlinkRest;
import dev.podmigration.workload.flink.rest.JobDetail;
import dev.podmigration.workload.flink.rest.JobId;
import dev.podmigration.workload.flink.rest.TriggerId;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Finds the moment: asks for a checkpoint when the silence fits behind it, waits until it is
 * complete, and lets the freeze begin until the next one is near. A cluster with several jobs, or
 * one whose job takes no checkpoints, has no such moment: there any is as good.
 */
final class FreezeMoment {

    private static final String TRIES = "window.tries";
    private static final String ASKED = "window.asked";

    /** So often a checkpoint is asked for before it is said that they fail. */
    private static final int MOST_TRIES = 5;

    /**
     * From the answer here until the pod is stopped: two writes to the API server, a watch, the
     * agent. Measured on one machine: 0.1 to 0.2 s.
     */
    private static final Duration WAY = Duration.ofMillis(300);

    /** So much longer for each more pod: its agents are told after the others, and all wait. */
    private static final Duration MORE_WAY = Duration.ofMillis(100);

    private static final Duration UNKNOWN_FREEZE = Duration.ofSeconds(2);
    private static final Duration POLL = Duration.ofMillis(50);

    private final Step step;
    private final FlinkRest rest;
    private final JobId job;
    private final Memory memory;

    private FreezeMoment(Step step, FlinkRest rest, JobId job) {
        this.step = step;
        this.rest = rest;
        this.job = job;
        this.memory = Memory.of(step.memory());
    }

    static Progress next(Step step) throws FlinkFailure, InterruptedException {
        List<JobId> jobs = JobsBefore.read(step.memory()).ids();
        FlinkCluster cluster = FlinkCluster.of(step.move(), step.namespace());
        for (JobId job : jobs) {
            cluster.running(job);
        }
        if (jobs.size() != 1) {
            return Progress.done(step.memory());
        }
        return new FreezeMoment(step, cluster.rest(), jobs.getFirst()).next();
    }

    private Progress next() throws FlinkFailure, InterruptedException {
        Optional<CheckpointSettings> settings = rest.checkpointSettings(job);
        Optional<CheckpointStatistics> statistics = rest.checkpoints(job);
        if (settings.isEmpty() || statistics.isEmpty()) {
            return Progress.done(step.memory());
        }
        CheckpointWindow window =
                new CheckpointWindow(
                        CheckpointCycle.of(settings.get(), statistics.get()),
                        FreezeAssessment.expectedFreeze(step.move().migration())
                                .orElse(UNKNOWN_FREEZE)
                                .plus(WAY)
                                .plus(MORE_WAY.multipliedBy(step.move().pods().size() - 1L)));
        return memory.get(ASKED).isPresent() ? asked(window) : ask(window);
    }

    private Progress ask(CheckpointWindow window) throws FlinkFailure, InterruptedException {
        Duration wait = window.untilAsking(jobManagerClock().now());
        if (!wait.isZero()) {
            return Progress.waitFor("the next checkpoint of job " + job, wait, memory.values());
        }
        rest.triggerCheckpoint(job, trigger());
        return Progress.waitFor(
                "a checkpoint of job " + job, POLL, memory.with(ASKED, "true").values());
    }

    private Progress asked(CheckpointWindow window) throws FlinkFailure, InterruptedException {
        return switch (rest.checkpoint(job, trigger())) {
            case AsyncOperation.InProgress<Long> _ -> {
                if (Asking.isLate(step)) {
                    throw new FlinkFailure(
                            FailureReason.FlinkCheckpointStuck,
                            "The checkpoint of job "
                                    + job
                                    + " that was asked for before the freeze has not ended.");
                }
                yield Progress.waitFor("a checkpoint of job " + job, POLL, memory.values());
            }
            case AsyncOperation.Failed<Long> failed -> again(failed.error().lines());
            case AsyncOperation.Unknown<Long> _ -> again(List.of());
            case AsyncOperation.Succeeded<Long> _ -> complete(window);
        };
    }

    private Progress complete(CheckpointWindow window) throws FlinkFailure, InterruptedException {
        Clock clock = jobManagerClock();
        Optional<Instant> until = window.openUntil(clock.now());
        if (until.isEmpty()) {
            return again(List.of("it was complete too late to stop the pod before the next one"));
        }
        // Whatever happens to this moment, the next one needs a checkpoint of its own.
        nextTry();
        return new Progress.Done(
                memory.values(), until.filter(end -> end.isBefore(Instant.MAX)).map(clock::here));
    }

    private Progress again(List<String> why) throws FlinkFailure {
        nextTry();
        if (memory.number(TRIES) >= MOST_TRIES) {
            throw new FlinkFailure(
                    FailureReason.FlinkCheckpointFailed,
                    "Job "
                            + job
                            + " was asked for a checkpoint before the freeze "
                            + MOST_TRIES
                            + " times, and there was none to stop the pod after.",
                    why);
        }
        return Progress.waitFor(
                "another checkpoint of job " + job, Duration.ofMillis(200), memory.values());
    }

    private void nextTry() {
        memory.with(TRIES, Integer.toString(memory.number(TRIES) + 1)).without(ASKED);
    }

    private TriggerId trigger() {
        return TriggerId.of(
                step.operationId(), "before the freeze", Integer.toString(memory.number(TRIES)));
    }

    /** The JobManager's clock, and how to get from it to the operator's. */
    private record Clock(Instant now, Duration ahead) {

        Instant here(Instant there) {
            return there.minus(ahead);
        }
    }

    // As exact as half of the way there and back, some milliseconds.
    private Clock jobManagerClock() throws FlinkFailure, InterruptedException {
        Instant before = Instant.now();
        JobDetail detail =
                rest.job(job)
                        .orElseThrow(
                                () ->
                                        new FlinkFailure(
                                                FailureReason.FlinkJobFinished,
                                                "Job " + job + " is gone."));
        Instant after = Instant.now();
        Instant middle = before.plus(Duration.between(before, after).dividedBy(2));
        Duration ahead = Duration.between(middle, detail.now());
        return new Clock(after.plus(ahead), ahead);
    }
}
