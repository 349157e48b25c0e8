package dev.podmigration.workload.flink.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.flink.fakes.FakeJob;
import dev.podmigration.workload.flink.fakes.SessionCluster;
import dev.podmigration.workload.flink.fakes.StrategyRun;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;

class FlinkHybridTest {

    private SessionCluster cluster;
    private StrategyRun run;

    @BeforeEach
    void start() throws IOException {
        cluster = new SessionCluster();
        run = new StrategyRun(new FlinkHybrid(), cluster.namespace, cluster.taskManager);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void aSavepointComesBeforeTheMoveAndTheJobIsTheSameAfterwards() throws Exception {
        Assessment assessment = run.assess();
        assertThat(assessment.refusal()).isEmpty();
        assertThat(assessment.freezeBudget()).contains(Duration.ofSeconds(40));
        run.run(StrategyStage.Prepare);
        assertThat(run.memory().get(Savepoints.BEFORE)).startsWith("file:/shared/savepoint-");
        assertThat(run.run(StrategyStage.AwaitFreeze)).isInstanceOf(Progress.Done.class);
        assertThat(run.run(StrategyStage.AfterMove)).isInstanceOf(Progress.Done.class);
        assertThat(cluster.flink.jobs).hasSize(1);
        assertThat(cluster.job.state).isEqualTo("RUNNING");
    }

    @Test
    void aMoveThatFailsIsFollowedByOneFromANewSavepoint() throws Exception {
        run.run(StrategyStage.Prepare);
        String before = run.memory().get(Savepoints.BEFORE);
        run.run(StrategyStage.AwaitFreeze);
        run.fallBack();
        assertThat(run.run(StrategyStage.Fallback)).isInstanceOf(Progress.ReplacePod.class);
        assertThat(run.run(StrategyStage.AfterMove)).isInstanceOf(Progress.Done.class);
        FakeJob second = cluster.flink.jobs.get(run.memory().get("resumed.job"));
        assertThat(second.startedFrom)
                .isEqualTo(run.memory().get(Savepoints.STOPPED_WITH))
                .isNotEqualTo(before);
    }

    @Test
    void aJobThatDidNotLiveGoesOnFromTheFirstSavepoint() throws Exception {
        run.run(StrategyStage.Prepare);
        run.run(StrategyStage.AwaitFreeze);
        cluster.job.state = "FAILED";
        run.fallBack();
        assertThat(run.run(StrategyStage.Fallback)).isInstanceOf(Progress.ReplacePod.class);
        assertThat(run.run(StrategyStage.AfterMove)).isInstanceOf(Progress.Done.class);
        assertThat(cluster.flink.jobs.get(run.memory().get("resumed.job")).startedFrom)
                .isEqualTo(run.memory().get(Savepoints.BEFORE));
    }

    @Test
    void aJobThatFailsAfterTheMoveGoesOnFromTheFirstSavepoint() throws Exception {
        run.run(StrategyStage.Prepare);
        run.run(StrategyStage.AwaitFreeze);
        cluster.job.state = "FAILED";
        assertThat(run.run(StrategyStage.AfterMove)).isInstanceOf(Progress.Done.class);
        assertThat(cluster.flink.jobs.get(run.memory().get("resumed.job")).startedFrom)
                .isEqualTo(run.memory().get(Savepoints.BEFORE));
    }

    /** Somebody wanted it to end. */
    @Test
    void aJobThatWasCancelledIsNotResumed() throws Exception {
        run.run(StrategyStage.Prepare);
        run.run(StrategyStage.AwaitFreeze);
        cluster.job.state = "CANCELED";
        Progress progress = run.run(StrategyStage.AfterMove);
        assertThat(((Progress.Refused) progress).failure().getReason())
                .isEqualTo(FailureReason.FlinkJobFinished);
        assertThat(cluster.flink.jobs).hasSize(1);
    }

    @Test
    void aSavepointThatFailsStopsTheMigrationAndNotTheJob() throws Exception {
        cluster.job.failure = "java.lang.RuntimeException: no";
        Progress progress = run.run(StrategyStage.Prepare);
        assertThat(((Progress.Refused) progress).failure().getReason())
                .isEqualTo(FailureReason.SavepointFailed);
        assertThat(cluster.job.state).isEqualTo("RUNNING");
    }

    @Test
    void aMoveThatIsUndoneLeavesTheJobAsItWas() throws Exception {
        run.run(StrategyStage.Prepare);
        run.run(StrategyStage.AwaitFreeze);
        assertThat(run.run(StrategyStage.Undo)).isInstanceOf(Progress.Done.class);
        assertThat(cluster.job.state).isEqualTo("RUNNING");
        assertThat(cluster.flink.jobs).hasSize(1);
    }

    @Test
    void aClusterThatCannotBeStoppedIsRefusedBeforeTheMove() {
        cluster.flink.jars.clear();
        assertThat(run.assess().refusal().orElseThrow().getReason())
                .isEqualTo(FailureReason.WorkloadNotMovable);
    }
}
