package dev.podmigration.workload.flink.strategy;

import dev.podmigration.api.v1alpha1.AddressMode;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.Freeze;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.Move;
import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.Step;
import dev.podmigration.workload.flink.configuration.ConfigurationAdvice;
import dev.podmigration.workload.flink.configuration.ConfigurationAdvice.Circumstances;
import dev.podmigration.workload.flink.configuration.FreezeBudget;
import dev.podmigration.workload.flink.configuration.RunningConfiguration;
import dev.podmigration.workload.flink.rest.CheckpointSettings;
import dev.podmigration.workload.flink.rest.FlinkFailure;
import dev.podmigration.workload.flink.rest.JobDetail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Whether a pod of Flink can be frozen for a moment, and for how long. */
final class FreezeAssessment {

    static final String JOBS = "FlinkJobs";
    static final String BUDGET = "FlinkFreezeBudget";

    private FreezeAssessment() {}

    static Assessment of(Move move, Namespace namespace) throws FlinkFailure, InterruptedException {
        FlinkCluster cluster = FlinkCluster.of(move, namespace);
        Ownership.checkMovableAsPod(cluster.flink(), namespace);
        List<JobDetail> jobs = cluster.runningJobs();
        RunningConfiguration configuration = cluster.configuration();
        FreezeBudget budget =
                FreezeBudget.of(
                        configuration, cluster.flink().role(), tightestSettings(cluster, jobs));
        budget.check();
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.passed(JOBS, words(cluster, configuration, jobs)));
        findings.add(Finding.passed(BUDGET, budget.derivation()));
        ConfigurationAdvice.of(
                        configuration,
                        new Circumstances(
                                cluster.flink().role(),
                                cluster.rest().taskManagers(),
                                isNewAddress(move.migration()),
                                expectedFreeze(move.migration())))
                .forEach(advice -> findings.add(advice.finding()));
        return Assessment.possible().withFindings(findings).withFreezeBudget(budget.longest());
    }

    /** How the jobs stand right before the move. */
    static Progress remember(Step step) throws FlinkFailure, InterruptedException {
        FlinkCluster cluster = FlinkCluster.of(step.move(), step.namespace());
        return Progress.done(
                Memory.of(step.memory())
                        .with(JobsBefore.KEY, JobsBefore.of(cluster.runningJobs()).write())
                        .values());
    }

    static Optional<Duration> expectedFreeze(PodMigration migration) {
        return Optional.ofNullable(migration.getStatus())
                .map(status -> status.getFreeze())
                .map(Freeze::getPredictedMilliseconds)
                .map(Duration::ofMillis);
    }

    /** The one of several jobs whose checkpoints expire first. */
    private static Optional<CheckpointSettings> tightestSettings(
            FlinkCluster cluster, List<JobDetail> jobs) throws FlinkFailure, InterruptedException {
        List<CheckpointSettings> all = new ArrayList<>();
        for (JobDetail job : jobs) {
            cluster.rest().checkpointSettings(job.id()).ifPresent(all::add);
        }
        return all.stream().min(Comparator.comparing(CheckpointSettings::timeout));
    }

    private static boolean isNewAddress(PodMigration migration) {
        return migration.getSpec().getNetwork().getAddress() == AddressMode.New;
    }

    private static String words(
            FlinkCluster cluster, RunningConfiguration configuration, List<JobDetail> jobs) {
        return cluster.flink().role()
                + " of Flink "
                + configuration.flinkVersion()
                + (jobs.isEmpty()
                        ? "; no job runs."
                        : "; jobs that are RUNNING with all of their tasks: " + jobs.size() + ".");
    }
}
