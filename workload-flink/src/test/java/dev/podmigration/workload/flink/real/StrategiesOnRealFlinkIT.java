package dev.podmigration.workload.flink.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.flink.fakes.FakeNamespace;
import dev.podmigration.workload.flink.fakes.FlinkPods;
import dev.podmigration.workload.flink.fakes.StrategyRun;
import dev.podmigration.workload.flink.rest.FlinkRest;
import dev.podmigration.workload.flink.rest.JarId;
import dev.podmigration.workload.flink.rest.JobId;
import dev.podmigration.workload.flink.rest.JobState;
import dev.podmigration.workload.flink.rest.JobSummary;
import dev.podmigration.workload.flink.strategy.FlinkCheckpoint;
import dev.podmigration.workload.flink.strategy.FlinkHybrid;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * Strategies with a real cluster behind them. What the operator and CRIU do is played here: a
 * frozen pod is a stopped process, a new pod is a new process.
 */
@ParameterizedClass
@EnumSource(FlinkVersion.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StrategiesOnRealFlinkIT {

    private static final String JAR = "job_counter.jar";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path scratch;

    private static RealFlink flink;
    private static Process taskManager;
    private static FakeNamespace namespace;

    @Parameter private FlinkVersion version;

    @BeforeParameterizedClassInvocation
    static void start(FlinkVersion version) throws Exception {
        Path directory = Files.createDirectory(scratch.resolve("v" + version));
        Files.copy(
                JobJar.path(),
                Files.createDirectories(directory.resolve("jobs/flink-web-upload")).resolve(JAR));
        flink =
                RealFlink.start(
                        version,
                        directory,
                        Map.of(
                                "web.upload.dir",
                                directory.resolve("jobs").toString(),
                                "execution.checkpointing.savepoint-dir",
                                directory.resolve("savepoints").toUri().toString()));
        taskManager = flink.startTaskManager("tm-1");
        namespace =
                new FakeNamespace()
                        .put(
                                withState(jobManager()),
                                taskManagerPod(),
                                FlinkPods.service(flink.address().port()));
        eventually("a slot", () -> rest().overview().slotsAvailable() == 1);
        assertThat(rest().run(RealFlink.counter(new JarId(JAR), JobId.of("the job")))).isEmpty();
        eventually("checkpoints", () -> completed() >= 3);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        flink.close();
    }

    @Test
    @Order(1)
    void aFreezeBetweenTwoCheckpointsIsNoticedByNobody() throws Exception {
        StrategyRun run = runOf(new FlinkCheckpoint());
        run.freezeMillis = 200;
        assertThat(rest().overview().flinkVersion()).isEqualTo(version.toString());
        JobId job = runningJob();
        assertThat(run.assess().refusal()).isEmpty();
        assertThat(run.run(StrategyStage.Prepare)).isInstanceOf(Progress.Done.class);
        long failed = rest().checkpoints(job).orElseThrow().counts().failed();
        assertThat(run.run(StrategyStage.AwaitFreeze)).isInstanceOf(Progress.Done.class);
        signal("STOP", taskManager);
        Thread.sleep(run.freezeMillis);
        signal("CONT", taskManager);
        assertThat(run.run(StrategyStage.AfterMove)).isInstanceOf(Progress.Done.class);
        assertThat(runningJob()).isEqualTo(job);
        assertThat(rest().checkpoints(job).orElseThrow().counts().failed()).isEqualTo(failed);
        expectRightCounts(job);
    }

    /** So long that several checkpoints would have been due: nobody was there to trigger them. */
    @Test
    @Order(2)
    void aFreezeOfBothIsNoticedByNeither() throws Exception {
        StrategyRun run = runOf(new FlinkCheckpoint()).with(withRestPort(jobManager()));
        run.freezeMillis = 3_000;
        JobId job = runningJob();
        assertThat(run.assess().refusal()).isEmpty();
        assertThat(run.run(StrategyStage.Prepare)).isInstanceOf(Progress.Done.class);
        long failed = rest().checkpoints(job).orElseThrow().counts().failed();
        assertThat(run.run(StrategyStage.AwaitFreeze)).isInstanceOf(Progress.Done.class);
        signal("STOP", taskManager, flink.jobManager());
        Thread.sleep(run.freezeMillis);
        signal("CONT", flink.jobManager(), taskManager);
        assertThat(run.run(StrategyStage.AfterMove)).isInstanceOf(Progress.Done.class);
        assertThat(runningJob()).isEqualTo(job);
        assertThat(rest().checkpoints(job).orElseThrow().counts().failed()).isEqualTo(failed);
        expectRightCounts(job);
    }

    @Test
    @Order(3)
    void aMoveThatFailsIsFollowedByOneFromASavepoint() throws Exception {
        StrategyRun run = runOf(new FlinkHybrid());
        JobId before = runningJob();
        assertThat(run.assess().refusal()).isEmpty();
        assertThat(run.run(StrategyStage.Prepare)).isInstanceOf(Progress.Done.class);
        assertThat(run.run(StrategyStage.AwaitFreeze)).isInstanceOf(Progress.Done.class);
        run.fallBack();
        assertThat(run.run(StrategyStage.Fallback)).isInstanceOf(Progress.ReplacePod.class);
        assertThat(rest().status(before)).contains(JobState.FINISHED);
        taskManager.destroyForcibly();
        flink.startTaskManager("tm-2");
        assertThat(run.run(StrategyStage.AfterMove)).isInstanceOf(Progress.Done.class);
        JobId after = runningJob();
        assertThat(after).isNotEqualTo(before);
        assertThat(rest().checkpoints(after).orElseThrow().counts().restored()).isEqualTo(1);
        expectRightCounts(after);
    }

    private static void expectRightCounts(JobId job) {
        eventually("records", () -> flink.accumulator(job, "records") > 100);
        eventually("right counts", () -> flink.accumulator(job, "wrongCounts") == 0);
    }

    private static StrategyRun runOf(MigrationStrategy strategy) {
        StrategyRun run = new StrategyRun(strategy, namespace, taskManagerPod());
        run.inRealTime = true;
        return run;
    }

    private static FlinkRest rest() {
        return flink.rest();
    }

    private static JobId runningJob() throws Exception {
        return rest().jobs().stream()
                .filter(job -> job.state() == JobState.RUNNING)
                .map(JobSummary::id)
                .reduce(
                        (one, other) -> {
                            throw new AssertionError("two jobs run");
                        })
                .orElseThrow();
    }

    private static long completed() throws Exception {
        return rest().checkpoints(runningJob()).orElseThrow().counts().completed();
    }

    private static void signal(String name, Process... processes) throws Exception {
        List<String> command = new ArrayList<>(List.of("kill", "-" + name));
        Stream.of(processes).map(Process::pid).map(String::valueOf).forEach(command::add);
        assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    }

    private static Pod withRestPort(Pod pod) {
        return new PodBuilder(pod)
                .editSpec()
                .editFirstContainer()
                .addNewPort()
                .withName("rest")
                .withContainerPort(flink.address().port())
                .endPort()
                .endContainer()
                .endSpec()
                .build();
    }

    private static Pod jobManager() {
        return new PodBuilder(FlinkPods.jobManager("127.0.0.1"))
                .editMetadata()
                .addToAnnotations("workload.podmigration.dev/flink-jar", JAR)
                .addToAnnotations(
                        "workload.podmigration.dev/flink-entry-class",
                        "dev.podmigration.examples.flink.CounterJob")
                .endMetadata()
                .build();
    }

    private static Pod taskManagerPod() {
        return withState(FlinkPods.taskManager());
    }

    private static Pod withState(Pod pod) {
        return new PodBuilder(pod)
                .editSpec()
                .addNewVolume()
                .withName("state")
                .withNewNfs()
                .withServer("nfs.example.com")
                .withPath("/flink")
                .endNfs()
                .endVolume()
                .editFirstContainer()
                .addNewVolumeMount()
                .withName("state")
                .withMountPath(flink.directory().toString())
                .endVolumeMount()
                .endContainer()
                .endSpec()
                .build();
    }

    private static void eventually(String what, Callable<Boolean> condition) {
        await(what)
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(condition);
    }
}
