package dev.podmigration.agent.reconcile;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;

import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Tells when a pod of this node is deleted: a source that has granted is let go then. */
public final class NodePods implements AutoCloseable {

    private final KubernetesClient client;
    private final String node;
    private final SharedIndexInformer<Pod> informer;

    /**
     * @param deleted told the uid, possibly more than once
     */
    public NodePods(KubernetesClient client, String node, Consumer<String> deleted) {
        this.client = client;
        this.node = node;
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
                            deleted.accept(pod.getMetadata().getUid());
                        }
                    }

                    @Override
                    public void onDelete(Pod pod, boolean stateUnknown) {
                        deleted.accept(pod.getMetadata().getUid());
                    }
                });
    }

    /** Those that the API server has at the moment, asked directly. */
    public Set<String> uids() {
        return client
                .pods()
                .inAnyNamespace()
                .withField("spec.nodeName", node)
                .list()
                .getItems()
                .stream()
                .map(pod -> pod.getMetadata().getUid())
                .collect(Collectors.toSet());
    }

    public void start() {
        informer.start();
    }

    @Override
    public void close() {
        informer.stop();
    }
}
