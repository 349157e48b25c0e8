package dev.podmigration.e2e.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.podmigration.api.v1alpha1.Ability;
import dev.podmigration.api.v1alpha1.AddressMode;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.Freeze;
import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.api.v1alpha1.MigrationNodeStatus;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationSpec;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PodReference;
import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;

/** The Java types and the schema that is generated from them agree. */
@ExtendWith(ApiServerExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TypedClientIT {
    private final KubernetesClient client;
    private final String namespace;
    private final Manifests manifests;

    TypedClientIT(ApiServer server) {
        client = server.client();
        namespace = server.newNamespace("typed");
        manifests = new Manifests(client, namespace);
    }

    @Test
    void theServerFillsInTheDefaultsThatTheJavaTypeHas() {
        var name = manifests.create("PodMigration", "pod: {name: a}").getMetadata().getName();
        assertThat(read(name).getSpec()).isEqualTo(specOf("a"));
    }

    @Test
    void aClientThatOnlyAddsALabelDoesNotChangeTheSpec() {
        var written =
                manifests.create(
                        "PodMigration",
                        "pod: {name: a}, target: {nodeSelector: {}}, checkpoint: {extMountMap:"
                                + " []}");
        var read = read(written.getMetadata().getName());
        read.getMetadata().getLabels().put("seen", "true");
        var updated = client.resource(read).update();
        assertThat(updated.getMetadata().getGeneration()).isEqualTo(1);
    }

    @Test
    void serverSideApplyOfTheSameObjectIsAccepted() {
        var migration = migration("applied");
        client.resource(migration).serverSideApply();
        assertThat(client.resource(migration).serverSideApply().getMetadata().getGeneration())
                .isEqualTo(1);
    }

    @Test
    void aFullStatusIsStoredAsItWasWritten() {
        var created = client.resource(migration("full-status")).create();
        created.setStatus(fullStatus());
        client.resource(created).updateStatus();
        assertThat(read("full-status").getStatus()).isEqualTo(fullStatus());
    }

    @Test
    void aStatusGivenWhenAnObjectIsCreatedIsIgnored() {
        var migration = migration("early-status");
        migration.setStatus(fullStatus());
        assertThat(client.resource(migration).create().getStatus())
                .isEqualTo(new PodMigrationStatus());
    }

    @Test
    void twoConditionsOfOneTypeAreRefused() {
        var created = client.resource(migration("twins")).create();
        created.getStatus().setConditions(List.of(ready("True"), ready("False")));
        assertThatThrownBy(() -> client.resource(created).updateStatus())
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("Duplicate value");
    }

    @Test
    void aMigrationNodeIsClusterScopedAndKeepsItsStatus() {
        var node = new MigrationNode();
        node.setMetadata(new ObjectMetaBuilder().withName("node-1").build());
        var created = client.resource(node).create();
        var status = new MigrationNodeStatus();
        status.setAddress("[fd00::1]:8443");
        status.setCpuFeatures(List.of("avx2", "sse4_2"));
        status.setAbilities(List.of(Ability.of("Checkpoint", true, "dumped and restored")));
        created.setStatus(status);
        client.resource(created).updateStatus();
        assertThat(client.resources(MigrationNode.class).withName("node-1").get().getStatus())
                .isEqualTo(status);
    }

    private PodMigration read(String name) {
        return client.resources(PodMigration.class).inNamespace(namespace).withName(name).get();
    }

    private PodMigration migration(String name) {
        var migration = new PodMigration();
        migration.setMetadata(
                new ObjectMetaBuilder().withName(name).withNamespace(namespace).build());
        migration.setSpec(specOf("a"));
        return migration;
    }

    private static PodMigrationSpec specOf(String podName) {
        var pod = new PodReference();
        pod.setName(podName);
        var spec = new PodMigrationSpec();
        spec.setPod(pod);
        spec.getNetwork().setAddress(AddressMode.Auto);
        return spec;
    }

    private static PodMigrationStatus fullStatus() {
        var freeze = new Freeze();
        freeze.setStart("2026-08-01T10:20:30.123456Z");
        freeze.setMilliseconds(412L);
        var status = new PodMigrationStatus();
        status.setPhase(PodMigrationPhase.RolledBack);
        status.setObservedGeneration(1L);
        status.setFreeze(freeze);
        status.setConditions(List.of(ready("False")));
        status.setFindings(
                List.of(
                        Finding.passed("Architecture", "both are amd64"),
                        Finding.refused(
                                "Image", FailureReason.ImageMissing, "the target has no image")));
        status.setFailure(
                Failure.of(
                        FailureReason.ConnectedTcpSocket,
                        "a socket is connected",
                        List.of("Error (criu/sk-inet.c:191): inet: Connected TCP socket")));
        return status;
    }

    private static Condition ready(String status) {
        return new ConditionBuilder()
                .withType("Ready")
                .withStatus(status)
                .withReason("RolledBack")
                .withMessage("")
                .withLastTransitionTime("2026-08-01T10:20:30Z")
                .build();
    }
}
