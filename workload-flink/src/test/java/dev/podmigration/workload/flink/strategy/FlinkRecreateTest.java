package dev.podmigration.workload.flink.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.flink.fakes.SessionCluster;
import dev.podmigration.workload.flink.fakes.StrategyRun;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Instant;

class FlinkRecreateTest {

    private SessionCluster cluster;

    @BeforeEach
    void start() throws IOException {
        cluster = new SessionCluster();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void withoutADeclarationItIsRefused() {
        assertThat(runOf(cluster.taskManager).assess().refusal().orElseThrow().getReason())
                .isEqualTo(FailureReason.StateNotExternal);
    }

    @Test
    void aTaskManagerIsMadeAnewAndFlinkRestartsItsJob() throws Exception {
        StrategyRun run = runOf(declared(cluster.taskManager));
        assertThat(run.assess().refusal()).isEmpty();
        run.run(StrategyStage.Prepare);
        assertThat(run.run(StrategyStage.Move)).isInstanceOf(Progress.ReplacePod.class);
        cluster.job.state = "RESTARTING";
        cluster.job.nextState = "RUNNING";
        assertThat(run.run(StrategyStage.AfterMove)).isInstanceOf(Progress.Done.class);
        assertThat(run.waits).anyMatch(what -> what.contains(cluster.job.id.value()));
    }

    /** Until there are slots elsewhere the job would only be restarted over and over. */
    @Test
    void theOldTaskManagerGoesWhenTheNewOneHasRegistered() throws Exception {
        StrategyRun run = runOf(declared(cluster.taskManager)).movedTo(cluster.taskManager);
        run.run(StrategyStage.Prepare);
        cluster.flink.taskManagers.clear();
        assertThat(run.once(StrategyStage.Move, Instant.now(), Instant.now()))
                .isInstanceOf(Progress.Waiting.class);
        cluster.flink.taskManagers.put("tm-2", "10.1.0.7");
        assertThat(run.run(StrategyStage.Move)).isInstanceOf(Progress.ReplacePod.class);
    }

    @Test
    void aJobThatDoesNotComeBackIsTheVerdict() throws Exception {
        StrategyRun run = runOf(declared(cluster.taskManager));
        run.run(StrategyStage.Prepare);
        cluster.job.state = "RESTARTING";
        Progress progress = run.run(StrategyStage.AfterMove);
        assertThat(((Progress.Refused) progress).failure().getReason())
                .isEqualTo(FailureReason.FlinkJobNotRunning);
    }

    @Test
    void withAJobManagerTheJobIsStartedAgainFromNothing() throws Exception {
        StrategyRun run = runOf(declared(cluster.jobManager));
        assertThat(run.assess().refusal()).isEmpty();
        run.run(StrategyStage.Prepare);
        run.run(StrategyStage.Move);
        cluster.flink.jobs.clear();
        assertThat(run.run(StrategyStage.AfterMove)).isInstanceOf(Progress.Done.class);
        assertThat(cluster.flink.jobs.values())
                .singleElement()
                .satisfies(job -> assertThat(job.startedFrom).isEmpty());
    }

    private StrategyRun runOf(Pod source) {
        return new StrategyRun(new FlinkRecreate(), cluster.namespace, source);
    }

    private static Pod declared(Pod pod) {
        return new PodBuilder(pod)
                .editMetadata()
                .addToAnnotations(FlinkRecreate.STATELESS, "true")
                .endMetadata()
                .build();
    }
}
