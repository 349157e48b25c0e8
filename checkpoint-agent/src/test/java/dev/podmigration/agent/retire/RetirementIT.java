package dev.podmigration.agent.retire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointSpec;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClassBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A real API server; the test is the DaemonSet's controller. */
@ExtendWith(ApiServerExtension.class)
class RetirementIT {
    private static final String AGENTS = "podmigration-agent";

    private final KubernetesClient client;
    private final String namespace;
    private final Retirement retirement;

    RetirementIT(ApiServer server) {
        client = server.client();
        namespace = server.newNamespace("retirement");
        retirement = new Retirement(client, namespace, AGENTS);
        client.resource(
                        new RuntimeClassBuilder()
                                .withNewMetadata()
                                .withName("podmigration")
                                .endMetadata()
                                .withHandler("podmigration")
                                .build())
                .serverSideApply();
        // For a moment after a CRD is established, its objects cannot be listed.
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(
                        () ->
                                client.resources(PodRestore.class).inAnyNamespace().list() != null
                                        && client.resources(PodCheckpoint.class)
                                                        .inAnyNamespace()
                                                        .list()
                                                != null);
    }

    @Test
    void theAgentsOfAllNodesPutTheirNodesBackAtOnce() throws Exception {
        createDaemonSet();
        CompletableFuture<Void> run = runInBackground(Duration.ofMinutes(1));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> run.isDone() || arguments().equals(List.of("uninstall", "--stay")));
        assertThat(run).isNotDone();
        DaemonSet changed =
                client.apps().daemonSets().inNamespace(namespace).withName(AGENTS).get();
        assertThat(
                        changed.getSpec()
                                .getUpdateStrategy()
                                .getRollingUpdate()
                                .getMaxUnavailable()
                                .getStrVal())
                .isEqualTo("100%");
        assertThat(changed.getSpec().getTemplate().getSpec().getContainers())
                .extracting(container -> container.getName() + " " + container.getImage())
                .containsExactly("sidecar example.com/sidecar", "agent example.com/agent");
        report(changed, 2, 2, 1);
        assertThat(run).isNotDone();
        report(changed, 2, 2, 2);
        run.get(30, TimeUnit.SECONDS);
    }

    @Test
    void aStatusFromBeforeTheChangeDoesNotCount() throws Exception {
        DaemonSet before = createDaemonSet();
        report(before, 2, 2, 2);
        assertThatThrownBy(() -> retirement.run(Duration.ofSeconds(1)))
                .isInstanceOf(NotRetiredException.class);
    }

    @Test
    void aNodeThatIsNotPutBackInTimeIsNamed() {
        DaemonSet agents = createDaemonSet();
        createPod(agents, "node-b");
        assertThatThrownBy(() -> retirement.run(Duration.ofSeconds(1)))
                .isInstanceOf(NotRetiredException.class)
                .hasMessageContaining("agent-of-node-b on node-b")
                .hasMessageContaining("logs");
    }

    @Test
    void agentsStayAsLongAsAMigrationNeedsThem() {
        createDaemonSet();
        PodCheckpoint checkpoint = new PodCheckpoint();
        checkpoint.setMetadata(
                new ObjectMetaBuilder().withName("half").withNamespace(namespace).build());
        PodCheckpointSpec spec = new PodCheckpointSpec();
        spec.setNodeName("node-a");
        spec.setPodName("some-pod");
        spec.setGoal(CheckpointGoal.Inspect);
        checkpoint.setSpec(spec);
        PodCheckpoint created = client.resource(checkpoint).create();
        try {
            assertThatThrownBy(() -> retirement.run(Duration.ofSeconds(1)))
                    .isInstanceOf(NotRetiredException.class)
                    .hasMessageContaining("PodCheckpoint " + namespace + "/half");
            assertThat(arguments()).containsExactly("run");
        } finally {
            client.resource(created).delete();
        }
    }

    @Test
    void agentsStayAsLongAsAMovedPodRuns() {
        createDaemonSet();
        Pod moved =
                client.resource(
                                new PodBuilder()
                                        .withNewMetadata()
                                        .withName("moved")
                                        .withNamespace(namespace)
                                        .endMetadata()
                                        .withNewSpec()
                                        .withRuntimeClassName("podmigration")
                                        .addNewContainer()
                                        .withName("main")
                                        .withImage("example.com/main")
                                        .endContainer()
                                        .endSpec()
                                        .build())
                        .create();
        try {
            assertThatThrownBy(() -> retirement.run(Duration.ofSeconds(1)))
                    .isInstanceOf(NotRetiredException.class)
                    .hasMessageContaining(namespace + "/moved");
            assertThat(arguments()).containsExactly("run");
        } finally {
            client.resource(moved).withGracePeriod(0).delete();
        }
    }

    @Test
    void withoutAgentsThereIsNothingToDo() {
        assertThatCode(() -> retirement.run(Duration.ofSeconds(1))).doesNotThrowAnyException();
    }

    private CompletableFuture<Void> runInBackground(Duration limit) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        retirement.run(limit);
                    } catch (NotRetiredException e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    private DaemonSet createDaemonSet() {
        return client.resource(
                        new DaemonSetBuilder()
                                .withNewMetadata()
                                .withName(AGENTS)
                                .withNamespace(namespace)
                                .endMetadata()
                                .withNewSpec()
                                .withNewSelector()
                                .withMatchLabels(Map.of("app", "agent"))
                                .endSelector()
                                .withNewUpdateStrategy()
                                .withType("OnDelete")
                                .endUpdateStrategy()
                                .withNewTemplate()
                                .withNewMetadata()
                                .withLabels(Map.of("app", "agent"))
                                .endMetadata()
                                .withNewSpec()
                                .addNewContainer()
                                .withName("sidecar")
                                .withImage("example.com/sidecar")
                                .endContainer()
                                .addNewContainer()
                                .withName("agent")
                                .withImage("example.com/agent")
                                .withArgs("run")
                                .endContainer()
                                .endSpec()
                                .endTemplate()
                                .endSpec()
                                .build())
                .create();
    }

    private void createPod(DaemonSet owner, String node) {
        client.resource(
                        new PodBuilder()
                                .withNewMetadata()
                                .withName("agent-of-" + node)
                                .withNamespace(namespace)
                                .addNewOwnerReference()
                                .withApiVersion("apps/v1")
                                .withKind("DaemonSet")
                                .withName(owner.getMetadata().getName())
                                .withUid(owner.getMetadata().getUid())
                                .endOwnerReference()
                                .endMetadata()
                                .withNewSpec()
                                .withNodeName(node)
                                .addNewContainer()
                                .withName("agent")
                                .withImage("example.com/agent")
                                .endContainer()
                                .endSpec()
                                .build())
                .create();
    }

    private void report(DaemonSet seen, int desired, int updated, int ready) {
        client.apps()
                .daemonSets()
                .inNamespace(namespace)
                .withName(AGENTS)
                .editStatus(
                        found -> {
                            DaemonSetStatus status = new DaemonSetStatus();
                            status.setObservedGeneration(seen.getMetadata().getGeneration());
                            status.setCurrentNumberScheduled(desired);
                            status.setDesiredNumberScheduled(desired);
                            status.setUpdatedNumberScheduled(updated);
                            status.setNumberReady(ready);
                            status.setNumberMisscheduled(0);
                            found.setStatus(status);
                            return found;
                        });
    }

    private List<String> arguments() {
        return client
                .apps()
                .daemonSets()
                .inNamespace(namespace)
                .withName(AGENTS)
                .get()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .stream()
                .filter(container -> container.getName().equals("agent"))
                .findFirst()
                .orElseThrow()
                .getArgs();
    }
}
