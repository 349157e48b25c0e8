package dev.podmigration.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointSpec;
import dev.podmigration.api.v1alpha1.PodCheckpointStatus;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestoreSpec;
import dev.podmigration.api.v1alpha1.PodRestoreStatus;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** An agent that has been taken over can harm its own node, but not speak for another one. */
@ExtendWith(ApiServerExtension.class)
class AgentPolicyIT {
    private static final String AGENT =
            "system:serviceaccount:" + Chart.NAMESPACE + ":podmigration-agent";
    private static final String OWN_NODE = "node-a";

    private final ApiServer server;
    private final String namespace;

    AgentPolicyIT(ApiServer server) {
        this.server = server;
        namespace = server.newNamespace("agent-policy");
    }

    @BeforeEach
    void installTheChartsPolicyAndRights() {
        List<String> kinds =
                List.of(
                        "ClusterRole",
                        "ClusterRoleBinding",
                        "ValidatingAdmissionPolicy",
                        "ValidatingAdmissionPolicyBinding");
        for (HasMetadata object : Chart.ofThisProject().objects(Map.of())) {
            if (kinds.contains(object.getKind())) {
                server.client().resource(object).serverSideApply();
            }
        }
        // The API server takes a moment to learn of a policy.
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertRefused(() -> create(OWN_NODE, "node-b")));
    }

    @Test
    void anAgentWritesTheMigrationNodeOfItsOwnNode() {
        assertThatCode(() -> create(OWN_NODE, OWN_NODE)).doesNotThrowAnyException();
    }

    @Test
    void anAgentWritesNoOtherMigrationNode() {
        assertRefused(() -> create(OWN_NODE, "node-b"));
    }

    @Test
    void aTokenThatIsBoundToNoNodeWritesNothing() {
        try (KubernetesClient client = agent(null)) {
            assertRefused(() -> client.resource(migrationNode(OWN_NODE)).dryRun().create());
        }
    }

    @Test
    void anAgentReportsOnACheckpointOfItsOwnNode() {
        PodCheckpoint checkpoint = checkpointOn(OWN_NODE);
        try (KubernetesClient client = agent(OWN_NODE)) {
            PodCheckpoint reported =
                    client.resource(checkpoint)
                            .edit(
                                    found -> {
                                        found.getMetadata().setFinalizers(List.of("example.com/a"));
                                        return found;
                                    });
            assertThat(reported.getMetadata().getFinalizers()).containsExactly("example.com/a");
        }
    }

    @Test
    void anAgentReportsOnNoCheckpointOfAnotherNode() {
        PodCheckpoint checkpoint = checkpointOn("node-b");
        try (KubernetesClient client = agent(OWN_NODE)) {
            assertRefused(
                    () ->
                            client.resource(checkpoint)
                                    .editStatus(
                                            found -> {
                                                found.setStatus(new PodCheckpointStatus());
                                                found.getStatus().setObservedGeneration(1L);
                                                return found;
                                            }));
        }
    }

    @Test
    void anAgentWritesEventsAboutPodCheckpointsInItsOwnName() {
        try (KubernetesClient client = agent(OWN_NODE)) {
            assertThatCode(
                            () ->
                                    client.resource(event("PodCheckpoint", "podmigration-agent"))
                                            .create())
                    .doesNotThrowAnyException();
            assertRefused(() -> client.resource(event("Secret", "podmigration-agent")).create());
            assertRefused(() -> client.resource(event("PodCheckpoint", "kubelet")).create());
        }
    }

    private Event event(String kind, String component) {
        return new EventBuilder()
                .withNewMetadata()
                .withGenerateName("archive-")
                .withNamespace(namespace)
                .endMetadata()
                .withNewInvolvedObject()
                .withKind(kind)
                .withName("keep")
                .withNamespace(namespace)
                .endInvolvedObject()
                .withReason("ArchiveRemoved")
                .withMessage("it was too old")
                .withType("Normal")
                .withNewSource()
                .withComponent(component)
                .endSource()
                .build();
    }

    @Test
    void anAgentDoesNotGiveItselfWork() {
        PodCheckpoint checkpoint = checkpointOn(OWN_NODE);
        try (KubernetesClient client = agent(OWN_NODE)) {
            assertRefused(
                    () ->
                            client.resource(checkpoint)
                                    .edit(
                                            found -> {
                                                found.getSpec().setGoal(CheckpointGoal.Archive);
                                                return found;
                                            }));
        }
    }

    @Test
    void anAgentReportsOnARestoreOfItsOwnNode() {
        PodRestore restore = restoreOn(OWN_NODE);
        try (KubernetesClient client = agent(OWN_NODE)) {
            assertThatCode(() -> report(client, restore)).doesNotThrowAnyException();
        }
    }

    @Test
    void anAgentReportsOnNoRestoreOfAnotherNode() {
        PodRestore restore = restoreOn("node-b");
        try (KubernetesClient client = agent(OWN_NODE)) {
            assertRefused(() -> report(client, restore));
        }
    }

    @Test
    void anAgentChangesNoRestore() {
        PodRestore restore = restoreOn(OWN_NODE);
        try (KubernetesClient client = agent(OWN_NODE)) {
            assertRefused(
                    () ->
                            client.resource(restore)
                                    .edit(
                                            found -> {
                                                found.getSpec().setGoal(RestoreGoal.Cancel);
                                                return found;
                                            }));
        }
    }

    @Test
    void anAgentDoesNotSayWhatAnotherNodeCanDo() {
        MigrationNode node = server.client().resource(migrationNode("node-b")).serverSideApply();
        try (KubernetesClient client = agent(OWN_NODE)) {
            assertRefused(
                    () ->
                            client.resource(node)
                                    .editStatus(
                                            found -> {
                                                found.getStatus().setAddress("192.0.2.1:9444");
                                                return found;
                                            }));
        }
    }

    private static void report(KubernetesClient client, PodRestore restore) {
        client.resource(restore)
                .editStatus(
                        found -> {
                            found.setStatus(new PodRestoreStatus());
                            found.getStatus().setObservedGeneration(1L);
                            return found;
                        });
    }

    private PodRestore restoreOn(String node) {
        PodRestoreSpec spec = new PodRestoreSpec();
        spec.setPodName("some-pod");
        spec.setPodUid("uid");
        spec.setNodeName(node);
        spec.setSourceNodeName("node-c");
        spec.setCheckpointName("checkpoint");
        spec.setContainers(List.of("main"));
        PodRestore restore = new PodRestore();
        restore.setMetadata(
                new ObjectMetaBuilder()
                        .withName("restore-" + UUID.randomUUID())
                        .withNamespace(namespace)
                        .build());
        restore.setSpec(spec);
        return server.client().resource(restore).create();
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("ValidatingAdmissionPolicy 'podmigration-agent'");
    }

    private void create(String agentNode, String named) {
        try (KubernetesClient client = agent(agentNode)) {
            client.resource(migrationNode(named)).dryRun().create();
        }
    }

    private static MigrationNode migrationNode(String name) {
        MigrationNode node = new MigrationNode();
        node.setMetadata(new ObjectMetaBuilder().withName(name).build());
        return node;
    }

    private PodCheckpoint checkpointOn(String node) {
        PodCheckpoint checkpoint = new PodCheckpoint();
        checkpoint.setMetadata(
                new ObjectMetaBuilder()
                        .withName("checkpoint-" + UUID.randomUUID())
                        .withNamespace(namespace)
                        .build());
        PodCheckpointSpec spec = new PodCheckpointSpec();
        spec.setNodeName(node);
        spec.setPodName("some-pod");
        spec.setGoal(CheckpointGoal.Inspect);
        checkpoint.setSpec(spec);
        return server.client().resource(checkpoint).create();
    }

    /** A client with the user that the API server makes of a token of an agent's pod. */
    private KubernetesClient agent(@Nullable String node) {
        ConfigBuilder config =
                new ConfigBuilder(server.adminConfig())
                        .withImpersonateUsername(AGENT)
                        .withImpersonateGroups(
                                "system:serviceaccounts",
                                "system:serviceaccounts:" + Chart.NAMESPACE,
                                "system:authenticated");
        if (node != null) {
            // The key becomes the name of a header, in which a slash has to be written like this.
            config.withImpersonateExtras(
                    Map.of("authentication.kubernetes.io%2Fnode-name", List.of(node)));
        }
        return new KubernetesClientBuilder().withConfig(config.build()).build();
    }
}
