package dev.podmigration.agent.reconcile;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;

import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tells when a pod of this node is deleted: a source that has granted is let go then, and a target
 * that nobody has accepted need not wait any more.
 */
public final class NodePods implements AutoCloseable {

    /** What the operator gives to a pod that is to be restored. */
    private static final String RESTORE = "podmigration.dev/restore";

    /** Hears of pods of this node; possibly more than once of each. */
    public interface Listener {

        /** It has a deletion timestamp, or is gone. */
        void deleted(String podUid);

        /** The same of one that was made to be restored here. */
        void targetDeleted(String podUid);

        /** The API server has it no more. */
        void targetGone(String podUid);
    }

    private final KubernetesClient client;
    private final String node;
    private final SharedIndexInformer<Pod> informer;

    public NodePods(KubernetesClient client, String node, Listener listener) {
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
                            listener.deleted(pod.getMetadata().getUid());
                            if (isTarget(pod)) {
                                listener.targetDeleted(pod.getMetadata().getUid());
                            }
                        }
                    }

                    @Override
                    public void onDelete(Pod pod, boolean stateUnknown) {
                        listener.deleted(pod.getMetadata().getUid());
                        if (isTarget(pod)) {
                            listener.targetGone(pod.getMetadata().getUid());
                        }
                    }
                });
    }

    private static boolean isTarget(Pod pod) {
        return pod.getMetadata().getAnnotations().containsKey(RESTORE);
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
