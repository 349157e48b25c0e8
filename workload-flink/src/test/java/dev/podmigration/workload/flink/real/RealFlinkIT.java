package dev.podmigration.workload.flink.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.workload.flink.checkpoint.CheckpointCycle;
import dev.podmigration.workload.flink.configuration.FreezeBudget;
import dev.podmigration.workload.flink.configuration.RunningConfiguration;
import dev.podmigration.workload.flink.detect.FlinkRole;
import dev.podmigration.workload.flink.rest.AsyncOperation;
import dev.podmigration.workload.flink.rest.CheckpointSettings;
import dev.podmigration.workload.flink.rest.CheckpointStatistics.Checkpoint;
import dev.podmigration.workload.flink.rest.FlinkRest;
import dev.podmigration.workload.flink.rest.JarId;
import dev.podmigration.workload.flink.rest.JobDetail;
import dev.podmigration.workload.flink.rest.JobId;
import dev.podmigration.workload.flink.rest.JobState;
import dev.podmigration.workload.flink.rest.RunJar;
import dev.podmigration.workload.flink.rest.StatePath;
import dev.podmigration.workload.flink.rest.Subtask;
import dev.podmigration.workload.flink.rest.TaskManagerInfo;
import dev.podmigration.workload.flink.rest.TriggerId;

import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/** What the client believes about Flink, asked of both versions. One job, in one order. */
@ParameterizedClass
@EnumSource(FlinkVersion.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RealFlinkIT {

    private static final JobId JOB = JobId.of("the job");

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path scratch;

    private static RealFlink flink;
    private static Process taskManager;
    private static Path mountedJar;
    private static JarId jar;

    @Parameter private FlinkVersion version;

    @BeforeParameterizedClassInvocation
    static void start(FlinkVersion version) throws Exception {
        Path directory = Files.createDirectory(scratch.resolve("v" + version));
        Path uploads = Files.createDirectories(directory.resolve("jobs/flink-web-upload"));
        mountedJar = uploads.resolve("job_counter.jar");
        Files.copy(JobJar.path(), mountedJar);
        flink =
                RealFlink.start(
                        version,
                        directory,
                        Map.of("web.upload.dir", directory.resolve("jobs").toString()));
        taskManager = flink.startTaskManager("tm-1");
        eventually("a slot", () -> rest().overview().slotsAvailable() == 1);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        flink.close();
    }

    @Test
    @Order(1)
    void aClusterSaysWhatItIsAndHowItIsConfigured() throws Exception {
        assertThat(rest().overview().flinkVersion()).isEqualTo(version.toString());
        assertThat(rest().jobs()).isEmpty();
        List<TaskManagerInfo> managers = rest().taskManagers();
        assertThat(managers).extracting(TaskManagerInfo::id).containsExactly("tm-1");
        assertThat(managers).extracting(TaskManagerInfo::host).containsExactly("127.0.0.1");
        assertThat(managers.getFirst().rpcPort()).isPositive();
        FreezeBudget budget =
                FreezeBudget.of(
                        new RunningConfiguration(rest().configuration(), version.toString()),
                        FlinkRole.TaskManager,
                        Optional.empty());
        assertThat(budget.longest()).isEqualTo(Duration.ofSeconds(18));
        assertThat(budget.quiet()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    @Order(2)
    void aJobThatIsStartedTwiceUnderOneNameIsOneJob() throws Exception {
        jar = flink.upload();
        assertThat(rest().jars())
                .containsExactlyInAnyOrder(jar, new JarId(mountedJar.getFileName().toString()));
        RunJar wanted = RealFlink.counter(jar, JOB);
        assertThat(rest().run(wanted)).isEmpty();
        assertThat(rest().run(wanted)).isEmpty();
        assertThat(rest().jobs()).hasSize(1);
        eventually("all tasks", () -> rest().job(JOB).orElseThrow().runsWithAllTasks());
        assertThat(rest().status(JOB)).contains(JobState.RUNNING);
        JobDetail detail = rest().job(JOB).orElseThrow();
        assertThat(detail.lastRestart()).isEmpty();
        assertThat(rest().parallelism(JOB)).isEqualTo(1);
        assertThat(Duration.between(detail.now(), Instant.now()).abs())
                .isLessThan(Duration.ofSeconds(5));
        assertThat(rest().subtasks(JOB, detail.vertices().getFirst().id()))
                .extracting(Subtask::taskManagerId)
                .containsExactly("tm-1");
        assertThat(rest().exceptions(JOB)).isEmpty();
    }

    @Test
    @Order(3)
    void checkpointsComeInTheRhythmThatIsExpected() throws Exception {
        eventually(
                "some checkpoints",
                () -> rest().checkpoints(JOB).orElseThrow().counts().completed() >= 3);
        CheckpointSettings settings = rest().checkpointSettings(JOB).orElseThrow();
        assertThat(settings.interval()).contains(Duration.ofSeconds(1));
        CheckpointCycle cycle = CheckpointCycle.of(settings, rest().checkpoints(JOB).orElseThrow());
        Instant next = cycle.nextTrigger(rest().job(JOB).orElseThrow().now()).orElseThrow();
        eventually(
                "the next checkpoint",
                () -> triggers().stream().anyMatch(at -> !at.isBefore(next.minusMillis(200))));
        // A fixed rate, so the triggers are where they were expected; 200 ms for a busy machine.
        assertThat(
                        triggers().stream()
                                .filter(at -> !at.isBefore(next.minusMillis(200)))
                                .findFirst())
                .hasValueSatisfying(
                        at ->
                                assertThat(Duration.between(next, at).toMillis() % 1000)
                                        .isBetween(-200L, 200L));
    }

    @Test
    @Order(4)
    void aCheckpointThatIsAskedForTwiceUnderOneNameIsOne() throws Exception {
        TriggerId trigger = TriggerId.of("a checkpoint");
        rest().triggerCheckpoint(JOB, trigger);
        rest().triggerCheckpoint(JOB, trigger);
        long first = number(settled(() -> rest().checkpoint(JOB, trigger)));
        rest().triggerCheckpoint(JOB, trigger);
        assertThat(number(settled(() -> rest().checkpoint(JOB, trigger)))).isEqualTo(first);
    }

    @Test
    @Order(5)
    void aSavepointLeavesTheJobRunning() throws Exception {
        TriggerId trigger = TriggerId.of("a savepoint");
        rest().triggerSavepoint(JOB, directory("savepoints"), trigger);
        assertThat(settled(() -> rest().savepoint(JOB, trigger)))
                .isInstanceOfSatisfying(
                        AsyncOperation.Succeeded.class,
                        done ->
                                assertThat(done.result().toString())
                                        .contains("/savepoints/savepoint-"));
        assertThat(rest().status(JOB)).contains(JobState.RUNNING);
    }

    @Test
    @Order(6)
    void aSavepointThatCannotBeWrittenIsAFailureAlthoughFlinkSaysCompleted() throws Exception {
        StatePath nowhere = new StatePath("file:/dev/null/savepoints");
        TriggerId trigger = TriggerId.of("no savepoint");
        rest().triggerStop(JOB, nowhere, trigger);
        AsyncOperation<StatePath> outcome = settled(() -> rest().savepoint(JOB, trigger));
        assertThat(outcome).isInstanceOf(AsyncOperation.Failed.class);
        var error = ((AsyncOperation.Failed<StatePath>) outcome).error();
        assertThat(error.has("java.io.IOException")).isTrue();
        assertThat(error.lines()).isNotEmpty();
        assertThat(rest().status(JOB)).contains(JobState.RUNNING);
    }

    @Test
    @Order(7)
    void whatFlinkDoesNotKnowIsUnknownAndNoFailure() throws Exception {
        JobId other = JobId.of("another job");
        assertThat(rest().status(other)).isEmpty();
        assertThat(rest().job(other)).isEmpty();
        assertThat(rest().checkpoints(other)).isEmpty();
        assertThat(rest().checkpointSettings(other)).isEmpty();
        assertThat(rest().savepoint(JOB, TriggerId.of("never asked for")))
                .isInstanceOf(AsyncOperation.Unknown.class);
        assertThat(rest().checkpoint(JOB, TriggerId.of("never asked for")))
                .isInstanceOf(AsyncOperation.Unknown.class);
    }

    @Test
    @Order(8)
    void aJobThatWasStoppedGoesOnFromItsSavepointWithoutAWrongCount() throws Exception {
        TriggerId trigger = TriggerId.of("stop");
        rest().triggerStop(JOB, directory("savepoints"), trigger);
        AsyncOperation<StatePath> outcome = settled(() -> rest().savepoint(JOB, trigger));
        assertThat(outcome).isInstanceOf(AsyncOperation.Succeeded.class);
        StatePath savepoint = ((AsyncOperation.Succeeded<StatePath>) outcome).result();
        eventually("the end", () -> rest().status(JOB).orElseThrow() == JobState.FINISHED);
        JobId second = JobId.of("goes on");
        assertThat(rest().run(from(RealFlink.counter(jar, second), savepoint))).isEmpty();
        eventually("records", () -> flink.accumulator(second, "records") > 100);
        assertThat(flink.accumulator(second, "wrongCounts")).isZero();
        assertThat(rest().checkpoints(second).orElseThrow().counts().restored()).isEqualTo(1);
    }

    @Test
    @Order(9)
    void aJobWhoseSavepointIsNotThereFailsAndDoesNotStartAnew() throws Exception {
        RunJar wanted = RealFlink.counter(jar, JobId.of("from nothing"));
        StatePath nothing = new StatePath("file:" + flink.directory() + "/none");
        // Flink takes the job and fails it afterwards.
        assertThat(rest().run(from(wanted, nothing))).isEmpty();
        eventually(
                "the failure",
                () -> rest().status(wanted.jobId()).orElseThrow() == JobState.FAILED);
    }

    private static RunJar from(RunJar job, StatePath savepoint) {
        return new RunJar(
                job.jar(),
                job.jobId(),
                job.entryClass(),
                job.arguments(),
                job.parallelism(),
                Optional.of(savepoint));
    }

    @Test
    @Order(10)
    void aTaskManagerThatDiesIsARestartOfItsJob() throws Exception {
        JobId job = JobId.of("goes on");
        assertThat(rest().job(job).orElseThrow().lastRestart()).isEmpty();
        taskManager.destroyForcibly();
        eventually("the loss", () -> rest().job(job).orElseThrow().lastRestart().isPresent());
        flink.startTaskManager("tm-2");
        eventually("all tasks", () -> rest().job(job).orElseThrow().runsWithAllTasks());
        assertThat(rest().exceptions(job)).isNotEmpty();
        eventually("records", () -> flink.accumulator(job, "records") > 0);
        assertThat(flink.accumulator(job, "wrongCounts")).isZero();
    }

    /** So a volume with the jar serves every JobManager. */
    @Test
    @Order(11)
    void aJarInTheUploadDirectoryOutlivesTheJobManager() throws Exception {
        flink.endJobManager();
        assertThat(mountedJar).exists();
    }

    private static FlinkRest rest() {
        return flink.rest();
    }

    private static List<Instant> triggers() throws Exception {
        return rest().checkpoints(JOB).orElseThrow().history().stream()
                .map(Checkpoint::triggered)
                .sorted()
                .toList();
    }

    private static StatePath directory(String name) {
        return new StatePath("file:" + flink.directory().resolve(name));
    }

    private static <T> AsyncOperation<T> settled(Callable<AsyncOperation<T>> ask) {
        return await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(ask, outcome -> !(outcome instanceof AsyncOperation.InProgress));
    }

    private static long number(AsyncOperation<Long> outcome) {
        assertThat(outcome).isInstanceOf(AsyncOperation.Succeeded.class);
        return ((AsyncOperation.Succeeded<Long>) outcome).result();
    }

    private static void eventually(String what, Callable<Boolean> condition) {
        await(what)
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(condition);
    }
}
