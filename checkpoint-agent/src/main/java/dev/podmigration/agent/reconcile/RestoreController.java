package dev.podmigration.agent.reconcile;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.target.TargetAgent;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.PodRestoreStatus;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Carries out the goals of the PodRestores of this node. */
public final class RestoreController implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RestoreController.class);

    /** Kept until nothing of the restore is left on the node. */
    private static final String FINALIZER = "podmigration.dev/target-agent";

    private final KubernetesClient client;
    private final String node;
    private final TargetAgent target;
    private final StatusWriter statuses;
    private final KeyedWorker worker = new KeyedWorker("restore", this::reconcile);
    private final SharedIndexInformer<PodRestore> informer;

    public RestoreController(KubernetesClient client, String node, TargetAgent target) {
        this.client = client;
        this.node = node;
        this.target = target;
        this.statuses = new StatusWriter(client);
        this.informer = client.resources(PodRestore.class).inAnyNamespace().runnableInformer(0);
        informer.addEventHandler(
                new ResourceEventHandler<>() {
                    @Override
                    public void onAdd(PodRestore object) {
                        changed(object);
                    }

                    @Override
                    public void onUpdate(PodRestore before, PodRestore object) {
                        changed(object);
                    }

                    @Override
                    public void onDelete(PodRestore object, boolean stateUnknown) {
                        // The finalizer has done everything before.
                    }
                });
    }

    public void start() {
        informer.start();
    }

    /** The restore of that name, as this node sees it now. */
    public Optional<PodRestore> find(String namespace, String name) {
        return Optional.ofNullable(informer.getStore().getByKey(namespace + "/" + name))
                .filter(found -> node.equals(found.getSpec().getNodeName()));
    }

    /** Looks at every object again: something on the node changed. */
    public void wake() {
        informer.getStore().list().forEach(this::changed);
    }

    private void changed(PodRestore object) {
        if (node.equals(object.getSpec().getNodeName())) {
            worker.request(
                    object.getMetadata().getNamespace() + "/" + object.getMetadata().getName());
        }
    }

    private void reconcile(String key) {
        PodRestore object = informer.getStore().getByKey(key);
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
                statuses.update(
                        object,
                        status -> {
                            status.setFailure(StatusWriter.failure(failure));
                            status.setPhase(PodRestorePhase.Failed);
                        });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void pursue(PodRestore object) throws AgentFailure, IOException {
        PodRestorePhase phase =
                Optional.ofNullable(object.getStatus())
                        .map(PodRestoreStatus::getPhase)
                        .orElse(PodRestorePhase.Pending);
        switch (object.getSpec().getGoal()) {
            case Restore -> {
                if (phase == PodRestorePhase.Pending) {
                    target.accept(object, () -> wake(object));
                    statuses.update(object, status -> status.setPhase(PodRestorePhase.Accepted));
                } else if (!phase.isFinal()) {
                    report(object, target.state(object));
                }
            }
            case Cancel -> {
                if (!phase.isFinal()) {
                    target.cancel(object);
                    report(object, target.state(object));
                }
            }
        }
    }

    private void wake(PodRestore object) {
        changed(object);
    }

    /** Writes what the target session came to. */
    private void report(PodRestore object, TargetAgent.Progress progress) {
        statuses.update(
                object,
                status -> {
                    status.setPhase(progress.phase());
                    status.setAddresses(progress.addresses());
                    status.setSteps(progress.steps());
                    progress.resumedAt().ifPresent(time -> status.setResumedAt(time.toString()));
                    progress.failure()
                            .ifPresent(failure -> status.setFailure(StatusWriter.failure(failure)));
                });
    }

    private void finish(PodRestore object) {
        if (object.getMetadata().getFinalizers().contains(FINALIZER)) {
            try {
                target.forget(object);
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
