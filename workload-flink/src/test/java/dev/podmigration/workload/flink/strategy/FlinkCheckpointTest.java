package dev.podmigration.workload.flink.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.flink.configuration.ConfigurationAdvice;
import dev.podmigration.workload.flink.fakes.FakeFlink;
import dev.podmigration.workload.flink.fakes.FakeJob;
import dev.podmigration.workload.flink.fakes.FakeNamespace;
import dev.podmigration.workload.flink.fakes.FlinkPods;
import dev.podmigration.workload.flink.fakes.StrategyRun;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

class FlinkCheckpointTest {

    private final FakeNamespace namespace = new FakeNamespace();
    private FakeFlink flink;
    private FakeJob job;
    private StrategyRun run;

    @BeforeEach
    void start() throws IOException {
        flink = new FakeFlink();
        job = flink.addJob("job");
        namespace.put(
                FlinkPods.jobManager("127.0.0.1"),
                FlinkPods.taskManager(),
                FlinkPods.service(flink.address().port()));
        run = new StrategyRun(new FlinkCheckpoint(), namespace, FlinkPods.taskManager());
    }

    @AfterEach
    void stop() {
        flink.close();
    }

    @Test
    void theBudgetComesFromTheRunningConfiguration() {
        flink.configuration.put("heartbeat.timeout", "60000");
        flink.configuration.put("heartbeat.interval", "2000");
        Assessment assessment = run.assess();
        assertThat(assessment.refusal()).isEmpty();
        assertThat(assessment.freezeBudget()).contains(Duration.ofSeconds(58));
        assertThat(assessment.findings())
                .extracting(Finding::getCheck)
                .contains("FlinkJobs", "FlinkFreezeBudget", ConfigurationAdvice.CHECK);
    }

    @Test
    void aHeartbeatThatBearsNoFreezeIsRefused() {
        flink.configuration.put("heartbeat.timeout", "10000");
        assertThat(refusal()).isEqualTo(FailureReason.FlinkHeartbeatTooShort);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RESTARTING", "FAILING", "CREATED", "SUSPENDED", "INITIALIZING"})
    void aJobThatDoesNotRunIsRefused(String state) {
        job.state = state;
        assertThat(refusal()).isEqualTo(FailureReason.FlinkJobNotRunning);
        assertUntouched();
    }

    @Test
    void aJobWhoseTasksDoNotRunYetIsRefused() {
        job.taskStatus = "DEPLOYING";
        assertThat(refusal()).isEqualTo(FailureReason.FlinkJobNotRunning);
    }

    @Test
    void aJobThatHasEndedIsNoObstacle() {
        job.state = "CANCELED";
        assertThat(run.assess().refusal()).isEmpty();
    }

    @Test
    void anUnreachableJobManagerIsRefused() {
        flink.close();
        assertThat(refusal()).isEqualTo(FailureReason.FlinkRestUnreachable);
    }

    @Test
    void aSecuredJobManagerIsRefused() {
        flink.answerAll(401, "");
        assertThat(refusal()).isEqualTo(FailureReason.FlinkRestSecured);
    }

    @Test
    void aTaskManagerThatFlinkMadeIsRefused() {
        Pod pod = labelled("flink-native-kubernetes");
        run = new StrategyRun(new FlinkCheckpoint(), namespace, pod);
        namespace.put(jobManagerOf("flink-native-kubernetes"));
        assertThat(refusal()).isEqualTo(FailureReason.FlinkNativeTaskManager);
        assertThat(run.move().detected("Flink").orElseThrow().findings())
                .extracting(Finding::getReason)
                .containsExactly(FailureReason.FlinkNativeTaskManager);
    }

    @Test
    void aPodOfTheFlinkOperatorIsRefused() {
        run =
                new StrategyRun(
                        new FlinkCheckpoint(), namespace, labelled("flink-standalone-kubernetes"));
        namespace.put(jobManagerOf("flink-standalone-kubernetes"));
        assertThat(refusal()).isEqualTo(FailureReason.OwnerNotSupported);
    }

    @Test
    void theFreezeBeginsAfterACheckpointAndBeforeTheNext() throws Exception {
        assertThat(run.run(StrategyStage.Prepare)).isInstanceOf(Progress.Done.class);
        int before = job.completed;
        Progress progress = run.run(StrategyStage.AwaitFreeze);
        assertThat(job.completed).isEqualTo(before + 1);
        assertThat(progress)
                .isInstanceOfSatisfying(
                        Progress.Done.class,
                        done ->
                                assertThat(done.until())
                                        .hasValueSatisfying(
                                                until ->
                                                        assertThat(until)
                                                                .isBefore(
                                                                        Instant.now()
                                                                                .plusSeconds(1))));
    }

    @Test
    void aMomentThatHasPassedIsFollowedByAnotherCheckpoint() throws Exception {
        run.run(StrategyStage.Prepare);
        run.run(StrategyStage.AwaitFreeze);
        int before = job.completed;
        assertThat(run.run(StrategyStage.AwaitFreeze)).isInstanceOf(Progress.Done.class);
        assertThat(job.completed).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1})
    void withoutPeriodicCheckpointsTheFreezeBeginsWhenItLikes(long interval) throws Exception {
        job.intervalMillis = interval;
        run.run(StrategyStage.Prepare);
        assertThat(run.run(StrategyStage.AwaitFreeze))
                .isInstanceOfSatisfying(
                        Progress.Done.class, done -> assertThat(done.until()).isEmpty());
    }

    @Test
    void aFreezeThatIsLongerThanTheIntervalBeginsRightAfterACheckpoint() throws Exception {
        run.freezeMillis = 5_000;
        run.run(StrategyStage.Prepare);
        assertThat(run.run(StrategyStage.AwaitFreeze)).isInstanceOf(Progress.Done.class);
    }

    @Test
    void aCheckpointThatNeverEndsStopsTheMigrationAndNotTheJob() throws Exception {
        job.polls = Integer.MAX_VALUE;
        run.run(StrategyStage.Prepare);
        run.once(StrategyStage.AwaitFreeze, Instant.now(), Instant.now());
        // So long that a step is near the limit of the stage.
        Progress progress = Progress.done(Map.of());
        Instant start = Instant.now();
        for (int i = 0; i < 20; i++) {
            progress = run.once(StrategyStage.AwaitFreeze, start, start.plusSeconds(590));
            Thread.sleep(20);
        }
        assertThat(reason(progress)).isEqualTo(FailureReason.FlinkCheckpointStuck);
        assertThat(job.state).isEqualTo("RUNNING");
    }

    @Test
    void checkpointsThatFailStopTheMigrationAndNotTheJob() throws Exception {
        job.failure = "org.apache.flink.runtime.checkpoint.CheckpointException: no";
        run.run(StrategyStage.Prepare);
        Progress progress = run.run(StrategyStage.AwaitFreeze);
        assertThat(reason(progress)).isEqualTo(FailureReason.FlinkCheckpointFailed);
        assertThat(((Progress.Refused) progress).failure().getLog())
                .containsExactly("org.apache.flink.runtime.checkpoint.CheckpointException: no");
        assertThat(job.state).isEqualTo("RUNNING");
    }

    @ParameterizedTest
    @EnumSource(
            value = StrategyStage.class,
            names = {"AwaitFreeze", "AfterMove"})
    void aJobThatIsCancelledMeanwhileIsNoticed(StrategyStage stage) throws Exception {
        run.run(StrategyStage.Prepare);
        job.state = "CANCELED";
        assertThat(reason(run.run(stage))).isEqualTo(FailureReason.FlinkJobFinished);
    }

    @Test
    void aJobThatFinishesBeforeTheFreezeIsNotMoved() throws Exception {
        run.run(StrategyStage.Prepare);
        job.state = "FINISHED";
        assertThat(reason(run.run(StrategyStage.AwaitFreeze)))
                .isEqualTo(FailureReason.FlinkJobFinished);
    }

    @Test
    void aJobThatFinishesDuringTheFreezeHasDoneWhatItHadTo() throws Exception {
        run.run(StrategyStage.Prepare);
        job.state = "FINISHED";
        assertThat(run.run(StrategyStage.AfterMove)).isInstanceOf(Progress.Done.class);
    }

    @Test
    void afterTheMoveTheJobRunsAndTakesCheckpoints() throws Exception {
        run.run(StrategyStage.Prepare);
        int before = job.completed;
        assertThat(run.run(StrategyStage.AfterMove)).isInstanceOf(Progress.Done.class);
        assertThat(job.completed).isEqualTo(before + 1);
    }

    @Test
    void aRestartDuringTheMoveIsTheVerdict() throws Exception {
        run.run(StrategyStage.Prepare);
        job.restartedMillis = System.currentTimeMillis();
        Progress progress = run.run(StrategyStage.AfterMove);
        assertThat(reason(progress)).isEqualTo(FailureReason.FlinkJobRestarted);
        assertThat(((Progress.Refused) progress).failure().getLog())
                .containsExactly("org.apache.flink.util.FlinkException: the task went");
    }

    @Test
    void aRestartThatShowsOnlyAfterTheCheckpointIsTheVerdictToo() throws Exception {
        run.run(StrategyStage.Prepare);
        Instant now = Instant.now();
        for (int i = 0; !run.memory().containsKey("verdict.checkpointed") && i < 50; i++) {
            run.once(StrategyStage.AfterMove, now, now);
        }
        job.restartedMillis = System.currentTimeMillis();
        assertThat(reason(run.run(StrategyStage.AfterMove)))
                .isEqualTo(FailureReason.FlinkJobRestarted);
    }

    @Test
    void anOldRestartIsNoVerdict() throws Exception {
        job.restartedMillis = 1_000;
        run.run(StrategyStage.Prepare);
        assertThat(run.run(StrategyStage.AfterMove)).isInstanceOf(Progress.Done.class);
    }

    @Test
    void aJobManagerThatNeedsTimeAfterTheMoveGetsIt() throws Exception {
        run.run(StrategyStage.Prepare);
        int[] refusals = {3};
        flink.failWith(
                exchange -> {
                    if (refusals[0]-- <= 0) {
                        return false;
                    }
                    FakeFlink.send(exchange, 503, "");
                    return true;
                });
        assertThat(run.run(StrategyStage.AfterMove)).isInstanceOf(Progress.Done.class);
        assertThat(run.waits).anyMatch(what -> what.contains("503"));
    }

    @Test
    void aJobManagerThatNeverComesBackIsTheVerdict() throws Exception {
        run.run(StrategyStage.Prepare);
        flink.answerAll(503, "");
        assertThat(reason(run.run(StrategyStage.AfterMove)))
                .isEqualTo(FailureReason.FlinkRestUnreachable);
    }

    @Test
    void aJobManagerThatForgotTheJobIsTheVerdict() throws Exception {
        run.run(StrategyStage.Prepare);
        flink.jobs.clear();
        assertThat(reason(run.run(StrategyStage.AfterMove)))
                .isEqualTo(FailureReason.FlinkJobNotRunning);
    }

    @Test
    void aJobManagerMovesToo() throws Exception {
        Pod source =
                new PodBuilder(FlinkPods.jobManager("127.0.0.1"))
                        .editSpec()
                        .editFirstContainer()
                        .addNewPort()
                        .withName("rest")
                        .withContainerPort(flink.address().port())
                        .endPort()
                        .endContainer()
                        .endSpec()
                        .build();
        run = new StrategyRun(new FlinkCheckpoint(), namespace, source);
        assertThat(run.assess().refusal()).isEmpty();
        run.run(StrategyStage.Prepare);
        assertThat(run.run(StrategyStage.AwaitFreeze)).isInstanceOf(Progress.Done.class);
        run.movedTo(
                new PodBuilder(source)
                        .editMetadata()
                        .withName("jobmanager-moved")
                        .endMetadata()
                        .build());
        assertThat(run.run(StrategyStage.AfterMove)).isInstanceOf(Progress.Done.class);
    }

    @Test
    void aJobManagerAndItsTaskManagerMoveAsOneBehindOneCheckpoint() throws Exception {
        run.with(jobManager("jobmanager-0"));
        Assessment assessment = run.assess();
        assertThat(assessment.refusal()).isEmpty();
        assertThat(assessment.findings())
                .filteredOn(finding -> finding.getCheck().equals("FlinkJobs"))
                .singleElement()
                .satisfies(
                        finding ->
                                assertThat(finding.getMessage())
                                        .startsWith("JobManager and TaskManager of Flink"));
        run.run(StrategyStage.Prepare);
        int before = job.completed;
        assertThat(run.run(StrategyStage.AwaitFreeze)).isInstanceOf(Progress.Done.class);
        assertThat(job.completed).isEqualTo(before + 1);
        assertThat(run.run(StrategyStage.AfterMove)).isInstanceOf(Progress.Done.class);
        assertThat(job.completed).isEqualTo(before + 2);
    }

    /** Nothing but the JobManager that moves says where it answers. */
    @Test
    void aJobManagerOfTheGroupIsAskedWithoutASearch() throws Exception {
        namespace.remove("Service", "jobmanager");
        run.with(jobManager("jobmanager-0"));
        run.run(StrategyStage.Prepare);
        assertThat(run.run(StrategyStage.AwaitFreeze)).isInstanceOf(Progress.Done.class);
    }

    @Test
    void whoBearsLeastDecidesForTheGroup() {
        flink.configuration.put("high-availability.type", "kubernetes");
        Duration taskManager = run.assess().freezeBudget().orElseThrow();
        run.with(jobManager("jobmanager-0"));
        assertThat(run.assess().freezeBudget())
                .hasValueSatisfying(budget -> assertThat(budget).isLessThan(taskManager));
    }

    @Test
    void podsOfTwoClustersDoNotMoveAsOne() {
        run.with(jobManager("another"));
        assertThat(refusal()).isEqualTo(FailureReason.WorkloadNotMovable);
        assertUntouched();
    }

    @Test
    void aPodThatIsNotOfFlinkMovesAlong() {
        Pod other =
                new PodBuilder(FlinkPods.taskManager())
                        .editMetadata()
                        .withName("database")
                        .withLabels(Map.of())
                        .endMetadata()
                        .editSpec()
                        .editFirstContainer()
                        .withName("main")
                        .withImage("docker.io/library/database:1")
                        .withArgs()
                        .withEnv()
                        .endContainer()
                        .endSpec()
                        .build();
        run = new StrategyRun(new FlinkCheckpoint(), namespace, other);
        run.with(FlinkPods.taskManager());
        assertThat(run.assess().refusal()).isEmpty();
    }

    /** Its own port, because no Service translates for it. */
    private Pod jobManager(String name) {
        return new PodBuilder(FlinkPods.jobManager("127.0.0.1"))
                .editMetadata()
                .withName(name)
                .endMetadata()
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

    private FailureReason refusal() {
        return run.assess().refusal().orElseThrow().getReason();
    }

    private static FailureReason reason(Progress progress) {
        assertThat(progress).isInstanceOf(Progress.Refused.class);
        return ((Progress.Refused) progress).failure().getReason();
    }

    private void assertUntouched() {
        assertThat(flink.requests).noneMatch(request -> request.startsWith("POST"));
    }

    private Pod jobManagerOf(String type) {
        return new PodBuilder(FlinkPods.jobManager("127.0.0.1"))
                .editMetadata()
                .withLabels(Map.of("type", type, "app", "orders", "component", "jobmanager"))
                .endMetadata()
                .build();
    }

    private static Pod labelled(String type) {
        return new PodBuilder(FlinkPods.taskManager())
                .editMetadata()
                .withLabels(Map.of("type", type, "app", "orders", "component", "taskmanager"))
                .endMetadata()
                .build();
    }
}
