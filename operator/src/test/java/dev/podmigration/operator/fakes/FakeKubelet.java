package dev.podmigration.operator.fakes;

import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;

import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Scheduler and kubelet of every node in one: binds pods, runs them, lets pods with the runtime
 * class podmigration wait until their restore is committed, and finishes deletions.
 */
public final class FakeKubelet implements AutoCloseable {

    private final KubernetesClient client;
    private final World world = new World();
    private final AtomicInteger nextAddress = new AtomicInteger(10);

    private volatile @Nullable String unschedulable;
    private volatile @Nullable String imageProblem;
    private volatile boolean deaf;

    public FakeKubelet(KubernetesClient client, String namespace) {
        this.client = client;
        world.watch(client, namespace, Pod.class, this::reconcile);
        world.watch(client, namespace, PodRestore.class, _ -> {});
    }

    /** From now on no pod is bound; the scheduler says why. */
    public void refuseToSchedule(String message) {
        unschedulable = message;
        world.wake();
    }

    /** The scheduler finds places again. */
    public void schedule() {
        unschedulable = null;
        world.wake();
    }

    /** From now on images of target pods cannot be had, with this reason of a waiting container. */
    public void failImages(String reason) {
        imageProblem = reason;
        world.wake();
    }

    /** Pods that are being deleted stay, as on a node that is away. */
    public void ignoreDeletions() {
        deaf = true;
    }

    private void reconcile(Pod pod) {
        if (pod.isMarkedForDeletion()) {
            if (!deaf) {
                remove(pod);
            }
        } else if (pod.getSpec().getNodeName() == null) {
            schedule(pod);
        } else if (!"podmigration".equals(pod.getSpec().getRuntimeClassName())
                || isCommitted(pod)) {
            run(pod);
        } else {
            hold(pod);
        }
    }

    /** This very pod: what was seen may be old, and another one may have its name by now. */
    private void remove(Pod pod) {
        client.raw(
                "/api/v1/namespaces/"
                        + pod.getMetadata().getNamespace()
                        + "/pods/"
                        + pod.getMetadata().getName(),
                "DELETE",
                new DeleteOptionsBuilder()
                        .withGracePeriodSeconds(0L)
                        .withNewPreconditions()
                        .withUid(pod.getMetadata().getUid())
                        .endPreconditions()
                        .build());
    }

    private void schedule(Pod pod) {
        String reason = unschedulable;
        if (reason != null) {
            if (pod.getStatus().getConditions().isEmpty()) {
                status(
                        pod,
                        new PodStatusBuilder()
                                .withPhase("Pending")
                                .addToConditions(
                                        new PodConditionBuilder()
                                                .withType("PodScheduled")
                                                .withStatus("False")
                                                .withReason("Unschedulable")
                                                .withMessage(reason)
                                                .withLastTransitionTime(Instant.now().toString())
                                                .build()));
            }
            return;
        }
        client.raw(
                "/api/v1/namespaces/"
                        + pod.getMetadata().getNamespace()
                        + "/pods/"
                        + pod.getMetadata().getName()
                        + "/binding",
                "POST",
                new BindingBuilder()
                        .withNewMetadata()
                        .withName(pod.getMetadata().getName())
                        .endMetadata()
                        .withNewTarget()
                        .withKind("Node")
                        .withName(node(pod))
                        .endTarget()
                        .build());
    }

    /** The first node that the pod allows. */
    private static String node(Pod pod) {
        NodeSelectorTerm term =
                pod.getSpec()
                        .getAffinity()
                        .getNodeAffinity()
                        .getRequiredDuringSchedulingIgnoredDuringExecution()
                        .getNodeSelectorTerms()
                        .getFirst();
        return term.getMatchFields().getFirst().getValues().getFirst();
    }

    private boolean isCommitted(Pod pod) {
        String restore = pod.getMetadata().getAnnotations().get("podmigration.dev/restore");
        return Optional.ofNullable(
                        client.resources(PodRestore.class)
                                .inNamespace(pod.getMetadata().getNamespace())
                                .withName(restore)
                                .get())
                .map(PodRestore::getStatus)
                .filter(
                        status ->
                                status.getPhase() == PodRestorePhase.Committed
                                        || status.getPhase() == PodRestorePhase.StartedAnew)
                .isPresent();
    }

    private void run(Pod pod) {
        if ("Running".equals(pod.getStatus().getPhase())) {
            return;
        }
        String address = "10.88.0." + nextAddress.getAndIncrement();
        status(
                pod,
                new PodStatusBuilder()
                        .withPhase("Running")
                        .withPodIP(address)
                        .addNewPodIP(address)
                        .addAllToConditions(
                                List.of(
                                        condition("PodScheduled", "True"),
                                        condition("ContainersReady", "True"),
                                        condition("Ready", "True")))
                        .withContainerStatuses(
                                pod.getSpec().getContainers().stream()
                                        .map(FakeKubelet::running)
                                        .toList()));
    }

    /** The launcher waits: created, not started. */
    private void hold(Pod pod) {
        String problem = imageProblem;
        String reason = problem == null ? "ContainerCreating" : problem;
        boolean said =
                pod.getStatus().getContainerStatuses().stream()
                        .anyMatch(
                                container ->
                                        reason.equals(
                                                container.getState().getWaiting().getReason()));
        if (!said) {
            status(
                    pod,
                    new PodStatusBuilder()
                            .withPhase("Pending")
                            .addToConditions(condition("PodScheduled", "True"))
                            .withContainerStatuses(
                                    pod.getSpec().getContainers().stream()
                                            .map(container -> waiting(container, reason))
                                            .toList()));
        }
    }

    private static ContainerStatus running(Container container) {
        return new ContainerStatusBuilder()
                .withName(container.getName())
                .withImage(container.getImage())
                .withImageID("")
                .withReady(true)
                .withRestartCount(0)
                .withNewState()
                .withNewRunning()
                .withStartedAt(Instant.now().toString())
                .endRunning()
                .endState()
                .build();
    }

    private static ContainerStatus waiting(Container container, String reason) {
        return new ContainerStatusBuilder()
                .withName(container.getName())
                .withImage(container.getImage())
                .withImageID("")
                .withReady(false)
                .withRestartCount(0)
                .withNewState()
                .withNewWaiting()
                .withReason(reason)
                .withMessage("as the test wants it")
                .endWaiting()
                .endState()
                .build();
    }

    private static io.fabric8.kubernetes.api.model.PodCondition condition(
            String type, String status) {
        return new PodConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withLastTransitionTime(Instant.now().toString())
                .build();
    }

    private void status(Pod pod, PodStatusBuilder status) {
        pod.setStatus(status.build());
        client.resource(pod).updateStatus();
    }

    @Override
    public void close() {
        world.close();
    }
}
