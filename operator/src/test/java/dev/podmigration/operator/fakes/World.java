package dev.podmigration.operator.fakes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Watches objects of one namespace and calls back, one object at a time, whenever anything changes.
 */
final class World implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(World.class);

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
    private final List<Runnable> ticks = new ArrayList<>();
    private final AtomicBoolean due = new AtomicBoolean();

    <T extends HasMetadata> void watch(
            KubernetesClient client, String namespace, Class<T> type, Consumer<T> reconcile) {
        SharedIndexInformer<T> informer =
                client.resources(type)
                        .inNamespace(namespace)
                        .inform(
                                new ResourceEventHandler<>() {
                                    @Override
                                    public void onAdd(T object) {
                                        wake();
                                    }

                                    @Override
                                    public void onUpdate(T before, T after) {
                                        wake();
                                    }

                                    @Override
                                    public void onDelete(T object, boolean unknown) {
                                        wake();
                                    }
                                });
        synchronized (ticks) {
            informers.add(informer);
            ticks.add(
                    () -> informer.getStore().list().forEach(object -> attempt(reconcile, object)));
        }
    }

    /** Looks at everything once more; several requests before that are one. */
    void wake() {
        if (due.compareAndSet(false, true)) {
            try {
                thread.execute(this::tick);
            } catch (RejectedExecutionException closed) {
                LOG.debug("closed", closed);
            }
        }
    }

    private void tick() {
        due.set(false);
        synchronized (ticks) {
            ticks.forEach(Runnable::run);
        }
    }

    private <T extends HasMetadata> void attempt(Consumer<T> reconcile, T object) {
        try {
            reconcile.accept(object);
        } catch (KubernetesClientException e) {
            // Somebody changed or deleted it meanwhile: the event of that brings it back.
            LOG.debug("{} {}", object.getKind(), object.getMetadata().getName(), e);
        }
    }

    @Override
    public void close() {
        informers.forEach(SharedIndexInformer::stop);
        thread.shutdownNow();
    }
}
