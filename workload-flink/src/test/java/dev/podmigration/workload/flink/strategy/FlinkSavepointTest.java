package dev.podmigration.workload.flink.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.flink.fakes.FakeJob;
import dev.podmigration.workload.flink.fakes.SessionCluster;
import dev.podmigration.workload.flink.fakes.StrategyRun;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Instant;
import java.util.List;

class FlinkSavepointTest {

    private SessionCluster cluster;
    private StrategyRun run;

    @BeforeEach
    void start() throws IOException {
        cluster = new SessionCluster();
        run = runOf(cluster.taskManager);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private StrategyRun runOf(Pod source) {
        return new StrategyRun(new FlinkSavepoint(), cluster.namespace, source);
    }

    @Test
    void theJobStopsThePodMovesAndTheJobGoesOnFromItsSavepoint() throws Exception {
        assertThat(run.assess().refusal()).isEmpty();
        assertThat(run.run(StrategyStage.Prepare)).isInstanceOf(Progress.Done.class);
        assertThat(cluster.job.state).isEqualTo("RUNNING");
        assertThat(run.run(StrategyStage.Move)).isInstanceOf(Progress.ReplacePod.class);
        assertThat(cluster.job.state).isEqualTo("FINISHED");
        assertThat(run.run(StrategyStage.AfterMove)).isInstanceOf(Progress.Done.class);
        FakeJob second = cluster.flink.jobs.get(run.memory().get("resumed.job"));
        assertThat(second.state).isEqualTo("RUNNING");
        assertThat(second.startedFrom).startsWith("file:/shared/savepoint-");
    }

    @Test
    void theJobRunsUntilTheNewTaskManagerHasRegistered() throws Exception {
        run.movedTo(elsewhere("10.1.1.9"));
        run.run(StrategyStage.Prepare);
        Progress progress = run.once(StrategyStage.Move, Instant.now(), Instant.now());
        assertThat(progress)
                .isInstanceOfSatisfying(
                        Progress.Waiting.class,
                        waiting -> assertThat(waiting.what()).contains("taskmanager-b"));
        assertThat(cluster.job.state).isEqualTo("RUNNING");
        cluster.flink.taskManagers.put("tm-2", "10.1.1.9");
        assertThat(run.run(StrategyStage.Move)).isInstanceOf(Progress.ReplacePod.class);
        assertThat(cluster.job.state).isEqualTo("FINISHED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"taskmanager-b", "taskmanager-b.flink.svc"})
    void aTaskManagerIsAlsoKnownByItsName(String host) throws Exception {
        run.movedTo(elsewhere("10.1.1.9"));
        run.run(StrategyStage.Prepare);
        cluster.flink.taskManagers.put("tm-2", host);
        assertThat(run.run(StrategyStage.Move)).isInstanceOf(Progress.ReplacePod.class);
    }

    @Test
    void aTaskManagerThatDoesNotRegisterLeavesTheJobRunning() throws Exception {
        run.movedTo(elsewhere("10.1.1.9"));
        run.run(StrategyStage.Prepare);
        Instant start = Instant.now();
        Progress progress = run.once(StrategyStage.Move, start, start.plusSeconds(595));
        assertThat(reason(progress)).isEqualTo(FailureReason.ReplacementNotReady);
        assertThat(cluster.job.state).isEqualTo("RUNNING");
    }

    @Test
    void onlyATaskManagerMayRunTwice() {
        FlinkSavepoint strategy = new FlinkSavepoint();
        assertThat(strategy.runsBesideSource(run.move())).isTrue();
        assertThat(strategy.runsBesideSource(runOf(cluster.jobManager).move())).isFalse();
    }

    @Test
    void theJobIsNotStartedWhereThereAreNoSlots() throws Exception {
        run.run(StrategyStage.Prepare);
        run.run(StrategyStage.Move);
        cluster.flink.taskManagers.clear();
        Progress progress = run.once(StrategyStage.AfterMove, Instant.now(), Instant.now());
        assertThat(progress)
                .isInstanceOfSatisfying(
                        Progress.Waiting.class,
                        waiting -> assertThat(waiting.what()).contains("free slots"));
        assertThat(cluster.flink.jobs).hasSize(1);
    }

    /** An operator that ends after it has asked, and before it has noted that. */
    @Test
    void aStepThatIsDoneTwiceStopsTheJobOnce() throws Exception {
        run.run(StrategyStage.Prepare);
        var before = run.memory();
        run.once(StrategyStage.Move, Instant.now(), Instant.now());
        assertThat(run.memory()).isEqualTo(before);
        run.run(StrategyStage.Move);
        assertThat(cluster.flink.requests.stream().filter(one -> one.endsWith("/stop"))).hasSize(1);
    }

    @Test
    void aStopThatFailsLeavesTheJobRunning() throws Exception {
        run.run(StrategyStage.Prepare);
        cluster.job.failure = "org.apache.flink.runtime.checkpoint.CheckpointException: declined\n";
        assertThat(reason(run.run(StrategyStage.Move))).isEqualTo(FailureReason.SavepointFailed);
        assertThat(run.run(StrategyStage.Undo)).isInstanceOf(Progress.Done.class);
        assertThat(cluster.job.state).isEqualTo("RUNNING");
        assertThat(cluster.flink.jobs).hasSize(1);
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsNamedAsThat() throws Exception {
        run.run(StrategyStage.Prepare);
        cluster.job.failure =
                """
                org.apache.flink.runtime.checkpoint.CheckpointException: IO-problem
                Caused by: java.nio.file.AccessDeniedException: /shared
                """;
        assertThat(reason(run.run(StrategyStage.Move)))
                .isEqualTo(FailureReason.SavepointDirectoryNotWritable);
        assertThat(cluster.job.state).isEqualTo("RUNNING");
    }

    @Test
    void aSavepointThatNeverEndsIsGivenUp() throws Exception {
        run.run(StrategyStage.Prepare);
        cluster.job.polls = Integer.MAX_VALUE;
        Instant start = Instant.now();
        run.once(StrategyStage.Move, start, start);
        Progress progress = run.once(StrategyStage.Move, start, start.plusSeconds(595));
        assertThat(reason(progress)).isEqualTo(FailureReason.FlinkCheckpointStuck);
        assertThat(cluster.job.state).isEqualTo("RUNNING");
    }

    @Test
    void aJobThatIsStoppedAndCannotMoveGoesOnWhereItWas() throws Exception {
        run.run(StrategyStage.Prepare);
        run.run(StrategyStage.Move);
        assertThat(run.run(StrategyStage.Undo)).isInstanceOf(Progress.Done.class);
        FakeJob second = cluster.flink.jobs.get(run.memory().get("resumed.job"));
        assertThat(second.state).isEqualTo("RUNNING");
        assertThat(second.startedFrom).startsWith("file:/shared/savepoint-");
    }

    /** The answer to the stop was lost: the job ends after the migration was given up. */
    @Test
    void aStopThatIsStillUnderWayIsWaitedForAndTakenBack() throws Exception {
        run.run(StrategyStage.Prepare);
        cluster.job.polls = 3;
        run.once(StrategyStage.Move, Instant.now(), Instant.now());
        assertThat(run.run(StrategyStage.Undo)).isInstanceOf(Progress.Done.class);
        assertThat(cluster.job.state).isEqualTo("FINISHED");
        assertThat(cluster.flink.jobs.get(run.memory().get("resumed.job")).state)
                .isEqualTo("RUNNING");
    }

    @Test
    void nothingIsTakenBackWhereNothingWasDone() throws Exception {
        assertThat(run.run(StrategyStage.Undo)).isInstanceOf(Progress.Done.class);
        run.run(StrategyStage.Prepare);
        assertThat(run.run(StrategyStage.Undo)).isInstanceOf(Progress.Done.class);
        assertThat(cluster.flink.jobs).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"FINISHED", "CANCELED", "FAILED"})
    void aJobThatEndsMeanwhileIsNotResumed(String state) throws Exception {
        run.run(StrategyStage.Prepare);
        cluster.job.state = state;
        assertThat(reason(run.run(StrategyStage.Move))).isEqualTo(FailureReason.FlinkJobFinished);
        run.run(StrategyStage.Undo);
        assertThat(cluster.flink.jobs).hasSize(1);
    }

    @Test
    void aJobThatDoesNotGoOnIsReportedWithItsSavepoint() throws Exception {
        run.run(StrategyStage.Prepare);
        run.run(StrategyStage.Move);
        cluster.flink.startedState = "FAILED";
        Progress progress = run.run(StrategyStage.AfterMove);
        assertThat(reason(progress)).isEqualTo(FailureReason.FlinkJobNotRunning);
        assertThat(((Progress.Refused) progress).failure().getMessage())
                .contains("file:/shared/savepoint-");
    }

    @Test
    void severalJobsAreRefused() {
        cluster.flink.addJob("another");
        assertThat(refusal()).isEqualTo(FailureReason.FlinkSeveralJobs);
    }

    @Test
    void noJobIsRefused() {
        cluster.flink.jobs.clear();
        assertThat(refusal()).isEqualTo(FailureReason.FlinkJobNotRunning);
    }

    @Test
    void noDirectoryIsRefused() {
        cluster.flink.configuration.remove("execution.checkpointing.savepoint-dir");
        assertThat(refusal()).isEqualTo(FailureReason.SavepointDirectoryMissing);
    }

    @Test
    void theVariableOfThePodCountsFirst() {
        cluster.flink.configuration.put("state.savepoints.dir", "s3://bucket/x");
        cluster.taskManager = withVariable("s3://savepoints/orders");
        assertThat(runOf(cluster.taskManager).assess().findings().getFirst().getMessage())
                .contains("s3://savepoints/orders");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///tmp/savepoints", "/opt/flink/savepoints", "file:/sharedother"})
    void aDirectoryOfThePodItselfIsNotShared(String directory) {
        cluster.flink.configuration.put("execution.checkpointing.savepoint-dir", directory);
        assertThat(refusal()).isEqualTo(FailureReason.SavepointDirectoryNotShared);
    }

    @Test
    void aVolumeThatMovesWithThePodIsNotShared() {
        replaceShared(
                new VolumeBuilder().withName("shared").withNewEmptyDir().endEmptyDir().build());
        assertThat(refusal()).isEqualTo(FailureReason.SavepointDirectoryNotShared);
    }

    @Test
    void aClaimIsSharedIfSeveralNodesMayWriteIt() {
        replaceShared(
                new VolumeBuilder()
                        .withName("shared")
                        .withNewPersistentVolumeClaim()
                        .withClaimName("flink")
                        .endPersistentVolumeClaim()
                        .build());
        assertThat(refusal()).isEqualTo(FailureReason.SavepointDirectoryNotShared);
        for (String mode : List.of("ReadWriteOnce", "ReadWriteMany")) {
            cluster.namespace.put(
                    new PersistentVolumeClaimBuilder()
                            .withNewMetadata()
                            .withName("flink")
                            .endMetadata()
                            .withNewSpec()
                            .withAccessModes(mode)
                            .endSpec()
                            .build());
            assertThat(run.assess().refusal().isEmpty()).isEqualTo(mode.equals("ReadWriteMany"));
        }
    }

    @Test
    void aVolumeThatIsMountedForReadingIsNotWritable() {
        cluster.taskManager =
                new PodBuilder(cluster.taskManager)
                        .editSpec()
                        .editFirstContainer()
                        .editFirstVolumeMount()
                        .withReadOnly(true)
                        .endVolumeMount()
                        .endContainer()
                        .endSpec()
                        .build();
        cluster.publish();
        run = runOf(cluster.taskManager);
        assertThat(refusal()).isEqualTo(FailureReason.SavepointDirectoryNotWritable);
    }

    @Test
    void aJobThatNobodyCanStartAgainIsNotStopped() {
        cluster.flink.jars.clear();
        assertThat(refusal()).isEqualTo(FailureReason.WorkloadNotMovable);
        assertThat(run.assess().refusal().orElseThrow().getRemedy()).contains("web.upload.dir");
    }

    @Test
    void aJarThatWouldBeLostWithTheJobManagerIsRefused() {
        run = runOf(cluster.jobManager);
        assertThat(run.assess().refusal()).isEmpty();
        cluster.flink.configuration.put("web.upload.dir", "/tmp/flink-web");
        assertThat(refusal()).isEqualTo(FailureReason.WorkloadNotMovable);
    }

    @Test
    void anApplicationClusterEndsWithItsJobAndIsRefused() {
        cluster.jobManager =
                new PodBuilder(cluster.jobManager)
                        .editSpec()
                        .editFirstContainer()
                        .withArgs("standalone-job")
                        .endContainer()
                        .endSpec()
                        .build();
        cluster.publish();
        assertThat(refusal()).isEqualTo(FailureReason.WorkloadNotMovable);
    }

    @Test
    void noRefusalTouchesTheJob() {
        cluster.flink.configuration.put("execution.checkpointing.savepoint-dir", "/tmp");
        run.assess();
        assertThat(cluster.flink.requests).noneMatch(request -> request.startsWith("POST"));
    }

    private void replaceShared(Volume volume) {
        for (Pod pod : List.of(cluster.taskManager, cluster.jobManager)) {
            pod.getSpec().getVolumes().set(0, volume);
        }
        cluster.publish();
        run = runOf(cluster.taskManager);
    }

    private Pod withVariable(String value) {
        return new PodBuilder(cluster.taskManager)
                .editSpec()
                .editFirstContainer()
                .addNewEnv()
                .withName("FLINK_SAVEPOINT_DIR")
                .withValue(value)
                .endEnv()
                .endContainer()
                .endSpec()
                .build();
    }

    private Pod elsewhere(String address) {
        return new PodBuilder(cluster.taskManager)
                .editMetadata()
                .withName("taskmanager-b")
                .endMetadata()
                .editStatus()
                .withPodIP(address)
                .endStatus()
                .build();
    }

    private FailureReason refusal() {
        return run.assess().refusal().orElseThrow().getReason();
    }

    private static FailureReason reason(Progress progress) {
        assertThat(progress).isInstanceOf(Progress.Refused.class);
        return ((Progress.Refused) progress).failure().getReason();
    }
}
