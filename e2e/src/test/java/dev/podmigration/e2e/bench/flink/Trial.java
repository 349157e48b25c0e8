package dev.podmigration.e2e.bench.flink;

import dev.podmigration.api.v1alpha1.ByteCounts;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.e2e.flink.CountVerdict;
import dev.podmigration.e2e.flink.FlinkOnLab;
import dev.podmigration.e2e.flink.JobManager;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.Playground;

import io.fabric8.kubernetes.api.model.Pod;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** One way after the other on one cluster, whose TaskManager goes from node to node. */
final class Trial {
    private static final String JAR = "job_counter.jar";
    private static final String JOB = "dev.podmigration.examples.flink.KafkaCounterJob";

    private final Playground playground;
    private final FlinkOnLab flink;
    private final JobManager jobManager;
    private final Moves moves;
    private long wrong;

    Trial(Playground playground, FlinkOnLab flink) {
        this.playground = playground;
        this.flink = flink;
        this.jobManager = flink.jobManager();
        this.moves = new Moves(playground);
    }

    private record Standing(String job, long restarts, long failed, long wrong) {}

    private record Done(long millis, long bytes) {}

    Measured run(Way way) throws IOException {
        jobManager.awaitCheckpoint();
        String job = jobManager.runningJob();
        Standing before =
                new Standing(
                        job,
                        jobManager.restarts(job),
                        jobManager.checkpoints(job, "failed"),
                        wrong);
        long since = System.currentTimeMillis();
        Done done =
                switch (way) {
                    case Checkpoint, Hybrid, Savepoint, Recreate -> move(way.strategy());
                    case FlinksOwn -> stopAndStart(job);
                    case FlinksOwnMove -> stopAndStartElsewhere(job);
                };
        // What was counted since is in Kafka then.
        flink.awaitRecords();
        jobManager.awaitCheckpoint();
        return measured(before, since, done);
    }

    private Measured measured(Standing before, long since, Done done) {
        String job = jobManager.runningJob();
        boolean another = !job.equals(before.job());
        long failed = jobManager.checkpoints(before.job(), "failed") - before.failed();
        long restarts = jobManager.restarts(job);
        CountVerdict verdict = flink.countVerdictSince(since);
        wrong = verdict.wrong();
        return new Measured(
                verdict.longestGapMillis(),
                another ? restarts + 1 : restarts - before.restarts(),
                another ? failed + jobManager.checkpoints(job, "failed") : failed,
                done.bytes(),
                done.millis(),
                verdict.wrong() - before.wrong());
    }

    private Done move(Optional<Strategy> strategy) {
        Pod pod = playground.component("taskmanager");
        String name = pod.getMetadata().getName();
        if (strategy.equals(Optional.of(Strategy.Recreate))) {
            playground
                    .kubectl(
                            "annotate",
                            "--overwrite",
                            "pod",
                            name,
                            "workload.podmigration.dev/stateless=true")
                    .orFail();
        }
        String job = jobManager.runningJob();
        String savepointBefore = jobManager.savepointPath(job);
        long began = System.nanoTime();
        String migration =
                moves.begin(
                        name,
                        Lab.otherNode(pod.getSpec().getNodeName()),
                        spec -> strategy.ifPresent(spec::setStrategy));
        PodMigrationStatus status = moves.awaitEnd(migration);
        long took = Duration.ofNanos(System.nanoTime() - began).toMillis();
        if (status.getPhase() != PodMigrationPhase.Succeeded) {
            throw new IllegalStateException(strategy + " did not succeed: " + status);
        }
        playground.awaitGone(name);
        boolean sameSavepoint = jobManager.savepointPath(job).equals(savepointBefore);
        return new Done(took, moved(status) + (sameSavepoint ? 0 : jobManager.savepointBytes(job)));
    }

    private static long moved(PodMigrationStatus status) {
        ByteCounts bytes = status.getBytes();
        return bytes == null
                ? 0
                : Objects.requireNonNullElse(bytes.getMemory(), 0L)
                        + Objects.requireNonNullElse(bytes.getFiles(), 0L);
    }

    private Done stopAndStart(String job) {
        long began = System.nanoTime();
        String savepoint = jobManager.stopWithSavepoint(job);
        jobManager.run(JAR, JOB, savepoint);
        long took = Duration.ofNanos(System.nanoTime() - began).toMillis();
        return new Done(took, jobManager.savepointBytes(job));
    }

    private Done stopAndStartElsewhere(String job) throws IOException {
        Pod old = playground.component("taskmanager");
        Pod other = flink.taskManagerOn(Lab.otherNode(old.getSpec().getNodeName()));
        long began = System.nanoTime();
        playground.client().resource(other).inNamespace(playground.namespace()).create();
        jobManager.awaitTaskManagers(2);
        String savepoint = jobManager.stopWithSavepoint(job);
        playground.client().resource(old).delete();
        jobManager.awaitTaskManagers(1);
        jobManager.run(JAR, JOB, savepoint);
        long took = Duration.ofNanos(System.nanoTime() - began).toMillis();
        playground.awaitGone(old.getMetadata().getName());
        return new Done(took, jobManager.savepointBytes(job));
    }
}
