package dev.podmigration.agent.reconcile;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.metrics.AgentMetrics;
import dev.podmigration.agent.source.FreezeReport;
import dev.podmigration.agent.source.SourceAgent;
import dev.podmigration.api.v1alpha1.ByteCounts;
import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodCheckpointStatus;

import io.fabric8.kubernetes.client.KubernetesClient;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The goals of a PodCheckpoint: a pod leaves this node. */
public final class CheckpointHalf implements Half<PodCheckpoint> {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointHalf.class);

    private final SourceAgent source;
    private final StatusWriter<PodCheckpoint, PodCheckpointStatus> statuses;

    public CheckpointHalf(KubernetesClient client, SourceAgent source, AgentMetrics metrics) {
        this.source = source;
        this.statuses = new StatusWriter<>(client, PodCheckpoint.class, metrics::ended);
    }

    @Override
    public Class<PodCheckpoint> type() {
        return PodCheckpoint.class;
    }

    @Override
    public String finalizer() {
        return "podmigration.dev/source-agent";
    }

    @Override
    public String node(PodCheckpoint object) {
        return String.valueOf(object.getSpec().getNodeName());
    }

    /** The worker of this object may be inside the freeze: it is stopped from here. */
    @Override
    public void changed(PodCheckpoint object) {
        if (object.getSpec().getGoal() == CheckpointGoal.RollBack
                || object.getMetadata().getDeletionTimestamp() != null) {
            source.giveUp(
                    object.getMetadata().getUid(),
                    new AgentFailure(
                            FailureReason.Cancelled, "The operator asked for a roll back"));
        }
    }

    @Override
    public void pursue(PodCheckpoint object, Runnable again) throws AgentFailure, IOException {
        PodCheckpointPhase phase =
                Optional.ofNullable(object.getStatus())
                        .map(PodCheckpointStatus::getPhase)
                        .orElse(PodCheckpointPhase.Pending);
        switch (object.getSpec().getGoal()) {
            case Inspect -> {
                if (phase == PodCheckpointPhase.Pending) {
                    SourceAgent.Inspected inspected = source.inspect(object);
                    statuses.update(
                            object,
                            status -> {
                                status.setContainers(inspected.containers());
                                status.setFindings(inspected.findings());
                                status.setBytesToMove(toMove(inspected));
                                status.setPhase(PodCheckpointPhase.Inspected);
                            });
                }
            }
            case Prepare -> {
                if (phase == PodCheckpointPhase.Pending
                        || phase == PodCheckpointPhase.Inspected
                        || phase == PodCheckpointPhase.Preparing) {
                    statuses.update(
                            object, status -> status.setPhase(PodCheckpointPhase.Preparing));
                    source.prepare(object);
                    statuses.update(object, status -> status.setPhase(PodCheckpointPhase.Prepared));
                }
            }
            case Migrate -> {
                if (phase == PodCheckpointPhase.Prepared && !source.hasBegun(object)) {
                    migrate(object);
                } else if (phase == PodCheckpointPhase.Prepared
                        || phase == PodCheckpointPhase.Frozen
                        || phase == PodCheckpointPhase.Granted) {
                    settle(object);
                }
            }
            case RollBack -> {
                if (!phase.isFinal()) {
                    settle(object);
                }
            }
            case Archive -> {
                if (phase == PodCheckpointPhase.Pending) {
                    SourceAgent.Archived archived = source.archive(object);
                    statuses.update(
                            object,
                            status -> {
                                status.setArchives(archived.files());
                                status.setPhase(PodCheckpointPhase.Archived);
                            });
                }
            }
        }
    }

    private static ByteCounts toMove(SourceAgent.Inspected inspected) {
        ByteCounts bytes = new ByteCounts();
        bytes.setMemory(
                inspected.containers().stream()
                        .map(InspectedContainer::getMemoryBytes)
                        .filter(Objects::nonNull)
                        .mapToLong(Long::longValue)
                        .sum());
        bytes.setFiles(inspected.fileBytes());
        return bytes;
    }

    private void migrate(PodCheckpoint object) throws AgentFailure, IOException {
        try {
            FreezeReport report = source.migrate(object, () -> frozen(object));
            List<String> reserved = source.reserved(object.getMetadata().getUid());
            statuses.update(
                    object,
                    status -> {
                        report.into(status);
                        status.setReservedAddresses(reserved);
                        status.setPhase(PodCheckpointPhase.Granted);
                    });
        } catch (AgentFailure failure) {
            LOG.warn(
                    "{}/{}: {}: {}",
                    object.getMetadata().getNamespace(),
                    object.getMetadata().getName(),
                    failure.reason(),
                    failure.getMessage(),
                    failure);
            settle(object);
        }
    }

    /** Told beside the freeze: when the API server is slow, the end may have been told before. */
    private void frozen(PodCheckpoint object) {
        statuses.update(
                object,
                status -> {
                    if (status.getPhase() == PodCheckpointPhase.Prepared) {
                        status.setPhase(PodCheckpointPhase.Frozen);
                    }
                });
    }

    /**
     * Brings an object to the end that the durable record allows, and only then tells the API
     * server: a pod that is frozen does not wait for it.
     */
    private void settle(PodCheckpoint object) throws AgentFailure, IOException {
        SourceAgent.Outcome outcome = source.settle(object);
        SourceAgent.Attempt attempt = source.attempt(object.getMetadata().getUid());
        List<String> reserved = source.reserved(object.getMetadata().getUid());
        statuses.update(
                object,
                status -> {
                    status.setReservedAddresses(reserved);
                    attempt.report().ifPresent(report -> report.into(status));
                    attempt.failure()
                            .ifPresent(failure -> status.setFailure(StatusWriter.failure(failure)));
                    status.setPhase(
                            switch (outcome) {
                                case ROLLED_BACK -> PodCheckpointPhase.RolledBack;
                                case RELEASED -> PodCheckpointPhase.Released;
                                case GRANTED -> PodCheckpointPhase.Granted;
                            });
                    if (status.getPhase() == PodCheckpointPhase.RolledBack
                            && object.getSpec().getGoal() == CheckpointGoal.Migrate
                            && status.getFailure() == null) {
                        status.setFailure(StatusWriter.failure(restarted()));
                    }
                });
    }

    /** Nobody wanted it to end, and this process knows of no failure: another one began it. */
    private static AgentFailure restarted() {
        return new AgentFailure(
                FailureReason.AgentUnreachable,
                "The agent of the source node was restarted while the pod was frozen");
    }

    @Override
    public void fail(PodCheckpoint object, AgentFailure failure) {
        statuses.update(
                object,
                status -> {
                    status.setFailure(StatusWriter.failure(failure));
                    status.setPhase(PodCheckpointPhase.Failed);
                });
    }

    @Override
    public boolean forget(PodCheckpoint object, Runnable again) throws IOException {
        return source.forget(object, again);
    }
}
