package dev.podmigration.agent.retire;

import dev.podmigration.agent.install.NodeParts;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodRestore;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.readiness.Readiness;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Has every node put back by its agent. Can be repeated. */
public final class Retirement {

    private static final Logger LOG = LoggerFactory.getLogger(Retirement.class);

    private static final Set<String> ENDED = Set.of("Succeeded", "Failed");

    private final KubernetesClient client;
    private final String namespace;
    private final String daemonSet;

    public Retirement(KubernetesClient client, String namespace, String daemonSet) {
        this.client = client;
        this.namespace = namespace;
        this.daemonSet = daemonSet;
    }

    /**
     * Returns when every node has nothing of the agent left.
     *
     * @throws NotRetiredException if something still needs the agents, or a node is not put back
     *     within {@code limit}
     */
    public void run(Duration limit) throws NotRetiredException {
        Resource<DaemonSet> agents =
                client.apps().daemonSets().inNamespace(namespace).withName(daemonSet);
        if (agents.get() == null) {
            LOG.info(
                    "There is no DaemonSet {}/{}: no agent is left that could put a node back",
                    namespace,
                    daemonSet);
            return;
        }
        requireNothingUnfinished();
        requireNoMovedPods();
        agents.edit(RetiringAgents::of);
        LOG.info("Waiting up to {} s until every node is put back", limit.toSeconds());
        try {
            agents.waitUntilCondition(
                    found -> found == null || RetiringAgents.isDone(found),
                    limit.toMillis(),
                    TimeUnit.MILLISECONDS);
            LOG.info("Every node is put back");
        } catch (KubernetesClientTimeoutException e) {
            throw new NotRetiredException(
                    "Not put back within "
                            + limit.toSeconds()
                            + " s: "
                            + String.join(", ", unready())
                            + ". Their logs say why: kubectl -n "
                            + namespace
                            + " logs POD",
                    e);
        }
    }

    /** Their finalizers wait for agents that serve, and a frozen pod waits, too. */
    private void requireNothingUnfinished() throws NotRetiredException {
        List<String> unfinished =
                Stream.concat(
                                client
                                        .resources(PodCheckpoint.class)
                                        .inAnyNamespace()
                                        .list()
                                        .getItems()
                                        .stream()
                                        .map(Retirement::name),
                                client
                                        .resources(PodRestore.class)
                                        .inAnyNamespace()
                                        .list()
                                        .getItems()
                                        .stream()
                                        .map(Retirement::name))
                        .toList();
        if (!unfinished.isEmpty()) {
            throw new NotRetiredException(
                    "Migrations still need the agents: "
                            + String.join(", ", unfinished)
                            + ". Delete the PodMigrations and wait until these are gone: "
                            + "kubectl delete podmigrations --all --all-namespaces");
        }
    }

    /** CRI-O needs the handler to restart their containers. */
    private void requireNoMovedPods() throws NotRetiredException {
        List<String> moved =
                client.pods().inAnyNamespace().list().getItems().stream()
                        .filter(
                                pod ->
                                        NodeParts.HANDLER.equals(
                                                pod.getSpec().getRuntimeClassName()))
                        .filter(
                                pod ->
                                        pod.getStatus() == null
                                                || !ENDED.contains(pod.getStatus().getPhase()))
                        .map(
                                pod ->
                                        pod.getMetadata().getNamespace()
                                                + "/"
                                                + pod.getMetadata().getName())
                        .toList();
        if (!moved.isEmpty()) {
            throw new NotRetiredException(
                    "Pods that were moved still need what is on the nodes: "
                            + String.join(", ", moved)
                            + ". Delete them, or let their owners replace them.");
        }
    }

    private List<String> unready() {
        return client.pods().inNamespace(namespace).list().getItems().stream()
                .filter(
                        pod ->
                                pod.getMetadata().getOwnerReferences().stream()
                                        .anyMatch(
                                                owner ->
                                                        owner.getKind().equals("DaemonSet")
                                                                && owner.getName()
                                                                        .equals(daemonSet)))
                .filter(pod -> !Readiness.getInstance().isReady(pod))
                .map(Retirement::place)
                .toList();
    }

    private static String place(Pod pod) {
        return pod.getMetadata().getName() + " on " + pod.getSpec().getNodeName();
    }

    private static String name(HasMetadata half) {
        return half.getKind()
                + " "
                + half.getMetadata().getNamespace()
                + "/"
                + half.getMetadata().getName();
    }
}
