package dev.podmigration.agent.reconcile;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;

/** Tells when a pod of this node is deleted: a source that has granted is let go then. */
public final class NodePods implements AutoCloseable {

    private final SharedIndexInformer<Pod> informer;

    public NodePods(KubernetesClient client, String node, Runnable deleted) {
        informer =
                LastingWatch.of(
                        client.pods()
                                .inAnyNamespace()
                                .withField("spec.nodeName", node)
                                .runnableInformer(0));
        informer.addEventHandler(
                new ResourceEventHandler<>() {
                    @Override
                    public void onAdd(Pod pod) {
                        // A pod that comes is told by its PodRestore.
                    }

                    @Override
                    public void onUpdate(Pod before, Pod pod) {
                        if (before.getMetadata().getDeletionTimestamp() == null
                                && pod.getMetadata().getDeletionTimestamp() != null) {
                            deleted.run();
                        }
                    }

                    @Override
                    public void onDelete(Pod pod, boolean stateUnknown) {
                        deleted.run();
                    }
                });
    }

    public void start() {
        informer.start();
    }

    @Override
    public void close() {
        informer.stop();
    }
}
