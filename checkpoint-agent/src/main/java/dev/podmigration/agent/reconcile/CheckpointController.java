package dev.podmigration.agent.reconcile;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.source.FreezeReport;
import dev.podmigration.agent.source.SourceAgent;
import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodCheckpointStatus;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Carries out the goals of the PodCheckpoints of this node. */
public final class CheckpointController implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointController.class);

    /** Kept until nothing of the checkpoint is left on the node. */
    private static final String FINALIZER = "podmigration.dev/source-agent";

    private final KubernetesClient client;
    private final String node;
    private final SourceAgent source;
    private final StatusWriter statuses;
    private final KeyedWorker worker = new KeyedWorker("checkpoint", this::reconcile);
    private final SharedIndexInformer<PodCheckpoint> informer;

    public CheckpointController(KubernetesClient client, String node, SourceAgent source) {
        this.client = client;
        this.node = node;
        this.source = source;
        this.statuses = new StatusWriter(client);
        this.informer = client.resources(PodCheckpoint.class).inAnyNamespace().runnableInformer(0);
        informer.addEventHandler(
                new ResourceEventHandler<>() {
                    @Override
                    public void onAdd(PodCheckpoint object) {
                        changed(object);
                    }

                    @Override
                    public void onUpdate(PodCheckpoint before, PodCheckpoint object) {
                        changed(object);
                    }

                    @Override
                    public void onDelete(PodCheckpoint object, boolean stateUnknown) {
                        // The finalizer has done everything before.
                    }
                });
    }

    public void start() {
        informer.start();
    }

    /** Looks at every object again: something on the node changed. */
    public void wake() {
        informer.getStore().list().forEach(this::changed);
    }

    private void changed(PodCheckpoint object) {
        if (node.equals(object.getSpec().getNodeName())) {
            if (object.getSpec().getGoal() == CheckpointGoal.RollBack
                    || object.getMetadata().getDeletionTimestamp() != null) {
                // The worker of this object may be inside the freeze: stop it from here.
                source.giveUp(
                        object.getMetadata().getUid(),
                        new AgentFailure(
                                FailureReason.Cancelled, "The operator asked for a roll back"));
            }
            worker.request(
                    object.getMetadata().getNamespace() + "/" + object.getMetadata().getName());
        }
    }

    private void reconcile(String key) {
        PodCheckpoint object = informer.getStore().getByKey(key);
        if (object == null) {
            return;
        }
        if (object.getMetadata().getDeletionTimestamp() != null) {
            finish(object);
        } else if (!object.getMetadata().getFinalizers().contains(FINALIZER)) {
            client.resource(object)
                    .edit(
                            found -> {
                                found.getMetadata().getFinalizers().add(FINALIZER);
                                return found;
                            });
        } else {
            try {
                pursue(object);
            } catch (AgentFailure failure) {
                LOG.warn(
                        "{}: {}: {}",
                        key,
                        failure.reason(),
                        failure.getMessage(),
                        failure.getCause());
                fail(object, failure);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void pursue(PodCheckpoint object) throws AgentFailure, IOException {
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
                if (phase == PodCheckpointPhase.Prepared) {
                    migrate(object);
                } else if (phase == PodCheckpointPhase.Frozen
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

    private void migrate(PodCheckpoint object) throws AgentFailure, IOException {
        try {
            FreezeReport report =
                    source.migrate(
                            object,
                            () ->
                                    statuses.update(
                                            object,
                                            status -> status.setPhase(PodCheckpointPhase.Frozen)));
            statuses.update(
                    object,
                    status -> {
                        report.into(status);
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
            statuses.update(
                    object,
                    status -> {
                        status.setFailure(StatusWriter.failure(failure));
                        source.partial(object.getMetadata().getUid())
                                .ifPresent(report -> report.into(status));
                    });
            settle(object);
        }
    }

    /** Brings an object to the end that the durable record allows. */
    private void settle(PodCheckpoint object) throws AgentFailure, IOException {
        SourceAgent.Outcome outcome = source.settle(object);
        switch (outcome) {
            case ROLLED_BACK ->
                    statuses.update(
                            object, status -> status.setPhase(PodCheckpointPhase.RolledBack));
            case RELEASED ->
                    statuses.update(object, status -> status.setPhase(PodCheckpointPhase.Released));
            case GRANTED ->
                    statuses.update(object, status -> status.setPhase(PodCheckpointPhase.Granted));
        }
    }

    private void fail(PodCheckpoint object, AgentFailure failure) {
        statuses.update(
                object,
                status -> {
                    status.setFailure(StatusWriter.failure(failure));
                    status.setPhase(PodCheckpointPhase.Failed);
                });
    }

    private void finish(PodCheckpoint object) {
        if (object.getMetadata().getFinalizers().contains(FINALIZER)) {
            try {
                source.forget(object);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            client.resource(object)
                    .edit(
                            found -> {
                                found.getMetadata().getFinalizers().remove(FINALIZER);
                                return found;
                            });
        }
    }

    @Override
    public void close() {
        informer.stop();
        worker.close();
    }
}
