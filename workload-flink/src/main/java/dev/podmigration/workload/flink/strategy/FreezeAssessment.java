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
import dev.podmigration.workload.flink.detect.FlinkRole;
import dev.podmigration.workload.flink.rest.CheckpointSettings;
import dev.podmigration.workload.flink.rest.FlinkFailure;
import dev.podmigration.workload.flink.rest.JobDetail;
import dev.podmigration.workload.flink.rest.TaskManagerInfo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether pods of Flink can be frozen for a moment, and for how long. */
final class FreezeAssessment {

    static final String JOBS = "FlinkJobs";
    static final String BUDGET = "FlinkFreezeBudget";

    private FreezeAssessment() {}

    static Assessment of(Move move, Namespace namespace) throws FlinkFailure, InterruptedException {
        List<FlinkCluster> pods = FlinkCluster.ofEach(move, namespace);
        for (FlinkCluster pod : pods) {
            Ownership.checkMovableAsPod(pod.flink(), namespace);
        }
        FlinkCluster cluster = pods.getFirst();
        List<FlinkRole> roles = pods.stream().map(pod -> pod.flink().role()).distinct().toList();
        List<JobDetail> jobs = cluster.runningJobs();
        RunningConfiguration configuration = cluster.configuration();
        Optional<CheckpointSettings> settings = tightestSettings(cluster, jobs);
        FreezeBudget budget =
                roles.stream()
                        .map(role -> FreezeBudget.of(configuration, role, settings))
                        .min(Comparator.comparing(FreezeBudget::longest))
                        .orElseThrow();
        budget.check();
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.passed(JOBS, words(roles, configuration, jobs)));
        findings.add(Finding.passed(BUDGET, budget.derivation()));
        List<TaskManagerInfo> taskManagers = cluster.rest().taskManagers();
        roles.stream()
                .map(
                        role ->
                                new Circumstances(
                                        role,
                                        taskManagers,
                                        isNewAddress(move.migration()),
                                        expectedFreeze(move.migration())))
                .flatMap(each -> ConfigurationAdvice.of(configuration, each).stream())
                .map(ConfigurationAdvice::finding)
                .distinct()
                .forEach(findings::add);
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
            List<FlinkRole> roles, RunningConfiguration configuration, List<JobDetail> jobs) {
        return roles.stream().map(FlinkRole::name).collect(Collectors.joining(" and "))
                + " of Flink "
                + configuration.flinkVersion()
                + (jobs.isEmpty()
                        ? "; no job runs."
                        : "; jobs that are RUNNING with all of their tasks: " + jobs.size() + ".");
    }
}
