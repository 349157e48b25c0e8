package dev.podmigration.workload.flink.strategy;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.workload.Move;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.Step;
import dev.podmigration.workload.flink.detect.FlinkPod;
import dev.podmigration.workload.flink.detect.FlinkRole;
import dev.podmigration.workload.flink.rest.FlinkFailure;
import dev.podmigration.workload.flink.rest.TaskManagerInfo;

import io.fabric8.kubernetes.api.model.Pod;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The TaskManager in the pod that takes the place of another. A cluster bears both at once, so the
 * new one registers before the job is stopped. That its pod is Ready says only that a process has
 * started; a job that is given to a cluster without slots is restarted until there are some.
 */
final class NewTaskManager {

    private static final Duration POLL = Duration.ofMillis(200);

    private NewTaskManager() {}

    /** Of JobManagers there is one. */
    static boolean mayRunBesideOld(Move move) {
        return FlinkCluster.flink(move)
                .map(FlinkPod::role)
                .filter(role -> role == FlinkRole.TaskManager)
                .isPresent();
    }

    /** What there is to wait for until it offers slots; empty: nothing. */
    static Optional<Progress> awaited(Step step) throws FlinkFailure, InterruptedException {
        Optional<Pod> target = step.move().pod().target();
        if (target.isEmpty() || !mayRunBesideOld(step.move())) {
            return Optional.empty();
        }
        String name = target.get().getMetadata().getName();
        for (TaskManagerInfo one :
                FlinkCluster.of(step.move(), step.namespace()).rest().taskManagers()) {
            if (one.slots() > 0 && isIn(target.get(), one)) {
                return Optional.empty();
            }
        }
        if (Asking.isLate(step)) {
            throw new FlinkFailure(
                    FailureReason.ReplacementNotReady,
                    "The TaskManager in pod " + name + " did not register with its JobManager.");
        }
        return Optional.of(
                Progress.waitFor(
                        "the TaskManager in pod " + name + " to register", POLL, step.memory()));
    }

    /** It advertises the pod's address or its name, the latter perhaps with a domain behind it. */
    private static boolean isIn(Pod pod, TaskManagerInfo manager) {
        String name =
                Objects.requireNonNullElse(
                        pod.getSpec().getHostname(), pod.getMetadata().getName());
        String host = manager.host();
        boolean hasAddress = pod.getStatus() != null && host.equals(pod.getStatus().getPodIP());
        return hasAddress || host.equals(name) || host.startsWith(name + ".");
    }
}
