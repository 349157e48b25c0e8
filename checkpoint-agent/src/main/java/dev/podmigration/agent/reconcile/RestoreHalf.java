package dev.podmigration.agent.reconcile;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.metrics.AgentMetrics;
import dev.podmigration.agent.target.TargetAgent;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.PodRestoreStatus;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.api.v1alpha1.Timestamps;

import io.fabric8.kubernetes.client.KubernetesClient;

import java.io.IOException;
import java.util.Optional;

/** The goals of a PodRestore: a pod comes to this node. */
public final class RestoreHalf implements Half<PodRestore> {

    private final TargetAgent target;
    private final StatusWriter<PodRestore, PodRestoreStatus> statuses;

    public RestoreHalf(KubernetesClient client, TargetAgent target, AgentMetrics metrics) {
        this.target = target;
        this.statuses = new StatusWriter<>(client, PodRestore.class, metrics::ended);
    }

    @Override
    public Class<PodRestore> type() {
        return PodRestore.class;
    }

    @Override
    public String finalizer() {
        return "podmigration.dev/target-agent";
    }

    @Override
    public String node(PodRestore object) {
        return String.valueOf(object.getSpec().getNodeName());
    }

    @Override
    public void pursue(PodRestore object, Runnable again) throws AgentFailure, IOException {
        if (object.getSpec().getGoal() == RestoreGoal.Restore
                && object.getSpec().getPodUid() == null) {
            // Set as soon as the pod exists.
            return;
        }
        PodRestorePhase phase =
                Optional.ofNullable(object.getStatus())
                        .map(PodRestoreStatus::getPhase)
                        .orElse(PodRestorePhase.Pending);
        switch (object.getSpec().getGoal()) {
            case Restore, Receive -> {
                if (phase == PodRestorePhase.Pending) {
                    target.accept(object, again);
                    statuses.update(object, status -> status.setPhase(PodRestorePhase.Accepted));
                } else if (!phase.isFinal()) {
                    target.acceptAgain(object, again);
                    target.bind(object, again);
                    report(object, target.state(object));
                }
            }
            case Cancel -> {
                if (!phase.isFinal()) {
                    target.cancel(object);
                    // It may have come too late, and then the pod comes here.
                    target.bind(object, again);
                    report(object, target.state(object));
                }
            }
        }
    }

    /** Writes what the target session came to. */
    private void report(PodRestore object, TargetAgent.Progress progress) {
        statuses.update(
                object,
                status -> {
                    status.setPhase(progress.phase());
                    status.setAddresses(progress.addresses());
                    status.setSteps(progress.steps());
                    progress.resumedAt().map(Timestamps::format).ifPresent(status::setResumedAt);
                    progress.failure()
                            .ifPresent(failure -> status.setFailure(StatusWriter.failure(failure)));
                });
    }

    @Override
    public void fail(PodRestore object, AgentFailure failure) {
        statuses.update(
                object,
                status -> {
                    status.setFailure(StatusWriter.failure(failure));
                    status.setPhase(PodRestorePhase.Failed);
                });
    }

    @Override
    public boolean forget(PodRestore object, Runnable again) throws IOException {
        return target.forget(object);
    }
}
