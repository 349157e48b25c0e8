package dev.podmigration.agent.reconcile;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.api.v1alpha1.HalfStatus;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Watches the objects of one kind and has those of this node carried out: each on a thread of its
 * own, and none removed before the node has forgotten it.
 */
public final class HalfController<T extends CustomResource<?, ? extends HalfStatus>>
        implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HalfController.class);

    private final KubernetesClient client;
    private final String node;
    private final Half<T> half;
    private final KeyedWorker worker;
    private final SharedIndexInformer<T> informer;

    public HalfController(KubernetesClient client, String node, Half<T> half) {
        this.client = client;
        this.node = node;
        this.half = half;
        this.worker = new KeyedWorker(half.type().getSimpleName(), this::reconcile);
        this.informer =
                LastingWatch.of(client.resources(half.type()).inAnyNamespace().runnableInformer(0));
        informer.addEventHandler(
                new ResourceEventHandler<>() {
                    @Override
                    public void onAdd(T object) {
                        changed(object);
                    }

                    @Override
                    public void onUpdate(T before, T object) {
                        changed(object);
                    }

                    @Override
                    public void onDelete(T object, boolean stateUnknown) {
                        // The finalizer has done everything before.
                    }
                });
    }

    public void start() {
        informer.start();
    }

    /** The object of that name, as this node sees it now. */
    public Optional<T> find(String namespace, String name) {
        return Optional.ofNullable(
                        informer.getStore().getByKey(Cache.namespaceKeyFunc(namespace, name)))
                .filter(this::isOfThisNode);
    }

    /** All objects of this node, as it sees them now. */
    public List<T> all() {
        return informer.getStore().list().stream().filter(this::isOfThisNode).toList();
    }

    /** How many objects of this node have not come to their end. */
    public long active() {
        return all().stream()
                .map(object -> object.getStatus().getPhase())
                .filter(phase -> phase == null || !phase.isFinal())
                .count();
    }

    /** Looks at every object again: something on the node changed. */
    public void wake() {
        wake(_ -> true);
    }

    /** Looks at these objects again: something changed that they are about. */
    public void wake(Predicate<T> concerned) {
        all().stream().filter(concerned).forEach(this::changed);
    }

    private boolean isOfThisNode(T object) {
        return node.equals(half.node(object));
    }

    private void changed(T object) {
        if (isOfThisNode(object)) {
            half.changed(object);
            worker.request(Cache.metaNamespaceKeyFunc(object));
        }
    }

    /** False if it is to be looked at again after a while, whether anything happens or not. */
    private boolean reconcile(String key) {
        T known = informer.getStore().getByKey(key);
        // Not from the informer, which may not have seen yet what the last turn has written: a step
        // would be done twice.
        T object = known == null ? null : client.resource(known).get();
        if (object == null) {
            return true;
        }
        try {
            if (object.getMetadata().getDeletionTimestamp() != null) {
                return finish(object);
            }
            if (!object.getMetadata().getFinalizers().contains(half.finalizer())) {
                client.resource(object)
                        .edit(
                                found -> {
                                    found.getMetadata().getFinalizers().add(half.finalizer());
                                    return found;
                                });
            } else {
                half.pursue(object, () -> changed(object));
            }
        } catch (AgentFailure failure) {
            LOG.warn(
                    "{} {}: {}: {}",
                    object.getKind(),
                    key,
                    failure.reason(),
                    failure.getMessage(),
                    failure.getCause());
            half.fail(object, failure);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return true;
    }

    private boolean finish(T object) throws IOException {
        if (object.getMetadata().getFinalizers().contains(half.finalizer())) {
            if (!half.forget(object, () -> changed(object))) {
                return false;
            }
            client.resource(object)
                    .edit(
                            found -> {
                                found.getMetadata().getFinalizers().remove(half.finalizer());
                                return found;
                            });
        }
        return true;
    }

    /**
     * Hears of nothing new, and waits until what is being done has been reported.
     *
     * @return whether it was within the limit
     */
    public boolean settle(Duration limit) throws InterruptedException {
        informer.stop();
        return worker.awaitIdle(limit);
    }

    @Override
    public void close() {
        informer.stop();
        worker.close();
    }
}
