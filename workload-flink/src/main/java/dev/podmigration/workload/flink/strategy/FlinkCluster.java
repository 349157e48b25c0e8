package dev.podmigration.workload.flink.strategy;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.workload.Move;
import dev.podmigration.workload.MovingPod;
import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.flink.configuration.RunningConfiguration;
import dev.podmigration.workload.flink.detect.FlinkPod;
import dev.podmigration.workload.flink.detect.FlinkRole;
import dev.podmigration.workload.flink.endpoint.RestEndpoint;
import dev.podmigration.workload.flink.rest.FlinkFailure;
import dev.podmigration.workload.flink.rest.FlinkRest;
import dev.podmigration.workload.flink.rest.JobDetail;
import dev.podmigration.workload.flink.rest.JobId;
import dev.podmigration.workload.flink.rest.JobState;
import dev.podmigration.workload.flink.rest.JobSummary;
import dev.podmigration.workload.flink.rest.RestLimits;

import io.fabric8.kubernetes.api.model.Pod;

import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The Flink cluster that a moving pod belongs to, as it answers now.
 *
 * @param pod the moving pod: the target once it runs, before that the source
 * @param flink what it is
 * @param jobManager the pod that answers
 */
record FlinkCluster(Pod pod, FlinkPod flink, Pod jobManager, FlinkRest rest) {

    /** One for the life of the operator: it keeps connections and threads. */
    private static final HttpClient CLIENT = FlinkRest.newClient(RestLimits.DEFAULT);

    /** Of several pods a JobManager speaks for all: where it answers need not be searched for. */
    static FlinkCluster of(Move move, Namespace namespace) throws FlinkFailure {
        return of(flinkPods(move).findFirst().orElseGet(move::pod), namespace);
    }

    /**
     * The same for each pod of Flink that moves, JobManagers first.
     *
     * @throws FlinkFailure also if they are not of one cluster
     */
    static List<FlinkCluster> ofEach(Move move, Namespace namespace) throws FlinkFailure {
        if (move.pods().size() == 1) {
            return List.of(of(move, namespace));
        }
        List<FlinkCluster> each = new ArrayList<>();
        for (MovingPod moving : flinkPods(move).toList()) {
            FlinkCluster cluster = of(moving, namespace);
            if (!each.isEmpty() && !each.getFirst().answersAs(cluster)) {
                throw new FlinkFailure(
                        FailureReason.WorkloadNotMovable,
                        "Pods "
                                + each.getFirst().pod.getMetadata().getName()
                                + " and "
                                + cluster.pod.getMetadata().getName()
                                + " are asked about at different JobManagers: "
                                + each.getFirst().jobManager.getMetadata().getName()
                                + " and "
                                + cluster.jobManager.getMetadata().getName()
                                + ". Pods of one cluster with one JobManager move as one.");
            }
            each.add(cluster);
        }
        return List.copyOf(each);
    }

    private boolean answersAs(FlinkCluster other) {
        return jobManager.getMetadata().getName().equals(other.jobManager.getMetadata().getName());
    }

    private static Stream<MovingPod> flinkPods(Move move) {
        return move.pods().stream()
                .filter(moving -> flink(moving).isPresent())
                .sorted(
                        Comparator.comparing(
                                moving ->
                                        flink(moving)
                                                .filter(
                                                        found ->
                                                                found.role()
                                                                        == FlinkRole.JobManager)
                                                .isEmpty()));
    }

    private static FlinkCluster of(MovingPod moving, Namespace namespace) throws FlinkFailure {
        Pod pod = present(moving);
        FlinkPod flink =
                FlinkPod.of(pod, moving.containers())
                        .orElseThrow(
                                () ->
                                        new FlinkFailure(
                                                FailureReason.WorkloadNotMovable,
                                                "Pod "
                                                        + pod.getMetadata().getName()
                                                        + " is not one of Flink any more."));
        RestEndpoint endpoint = RestEndpoint.find(pod, flink, namespace);
        return new FlinkCluster(
                pod,
                flink,
                endpoint.jobManager(),
                new FlinkRest(CLIENT, endpoint.address(), RestLimits.DEFAULT));
    }

    /** What the moving pod is. It does not change on the way. */
    static Optional<FlinkPod> flink(Move move) {
        return flink(move.pod());
    }

    private static Optional<FlinkPod> flink(MovingPod moving) {
        return moving.source()
                .or(moving::target)
                .flatMap(pod -> FlinkPod.of(pod, moving.containers()));
    }

    private static Pod present(MovingPod moving) throws FlinkFailure {
        return moving.target()
                .filter(
                        target ->
                                target.getStatus() != null
                                        && "Running".equals(target.getStatus().getPhase()))
                .or(moving::source)
                .orElseThrow(
                        () ->
                                new FlinkFailure(
                                        FailureReason.FlinkRestUnreachable,
                                        "Neither the source nor the target runs now."));
    }

    RunningConfiguration configuration() throws FlinkFailure, InterruptedException {
        return new RunningConfiguration(rest.configuration(), rest.overview().flinkVersion());
    }

    /** The jobs that are not over, each of them RUNNING with all of its tasks. */
    List<JobDetail> runningJobs() throws FlinkFailure, InterruptedException {
        List<JobDetail> running = new ArrayList<>();
        for (JobSummary job : rest.jobs()) {
            if (!job.state().isOver()) {
                running.add(running(job.id()));
            }
        }
        return running;
    }

    /** A job that has to run now. */
    JobDetail running(JobId id) throws FlinkFailure, InterruptedException {
        JobState state = rest.status(id).orElseThrow(() -> lost(id));
        if (state.isOver()) {
            throw new FlinkFailure(
                    FailureReason.FlinkJobFinished, "Job " + id + " is " + state + " by now.");
        }
        JobDetail detail = rest.job(id).orElseThrow(() -> lost(id));
        if (state != JobState.RUNNING || !detail.runsWithAllTasks()) {
            throw new FlinkFailure(
                    FailureReason.FlinkJobNotRunning,
                    "Job "
                            + id
                            + " is "
                            + state
                            + (state == JobState.RUNNING
                                    ? ", but not all of its tasks are."
                                    : "."));
        }
        return detail;
    }

    private static FlinkFailure lost(JobId id) {
        return new FlinkFailure(
                FailureReason.FlinkJobNotRunning, "The JobManager does not know job " + id + ".");
    }

    /** For the strategies that stop and start a job: the only one of the cluster. */
    JobDetail onlyJob() throws FlinkFailure, InterruptedException {
        List<JobDetail> jobs = runningJobs();
        if (jobs.isEmpty()) {
            throw new FlinkFailure(FailureReason.FlinkJobNotRunning, "No job runs in the cluster.");
        }
        if (jobs.size() > 1) {
            throw new FlinkFailure(
                    FailureReason.FlinkSeveralJobs,
                    jobs.size() + " jobs run in the cluster, and a move would stop all of them.");
        }
        return jobs.getFirst();
    }
}
