package dev.podmigration.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.agent.canary.Proof;
import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.apiserver.ApiServerExtension;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

@ExtendWith(ApiServerExtension.class)
class MigrationNodePublisherIT {

    private static final List<Proof> PROOFS =
            List.of(
                    new Proof("Checkpoint", true, "Dumped."),
                    new Proof("Restore", true, "Restored."));

    private final KubernetesClient client;
    private final String name = "node-" + UUID.randomUUID();
    private Instant now = Instant.parse("2026-08-01T10:00:00Z");
    private MigrationNodePublisher publisher;

    MigrationNodePublisherIT(KubernetesClient client) {
        this.client = client;
        this.publisher = new MigrationNodePublisher(client, name, () -> now);
    }

    @BeforeEach
    void startAnAgent() {
        publisher = new MigrationNodePublisher(client, name, () -> now);
    }

    @Test
    void theObjectIsMadeWithItsStatusAndGoesWithItsNode() {
        Node node =
                client.resource(
                                new NodeBuilder()
                                        .withNewMetadata()
                                        .withName(name)
                                        .endMetadata()
                                        .build())
                        .create();

        assertThat(publisher.publish(NodeStatusTest.report(PROOFS, List.of()))).isTrue();

        MigrationNode found = found();
        assertThat(found.getMetadata().getOwnerReferences())
                .singleElement()
                .satisfies(
                        owner -> assertThat(owner.getUid()).isEqualTo(node.getMetadata().getUid()));
        assertThat(found.getStatus().getAddress()).isEqualTo("10.0.0.7:7443");
        assertThat(found.getStatus().getConditions().getFirst().getStatus()).isEqualTo("True");
        assertThat(found.getStatus().getCpuFeatures()).containsExactly("avx", "sse");
    }

    @Test
    void nothingIsWrittenUntilSomethingChangedOrTheHeartbeatIsDue() {
        publisher.publish(NodeStatusTest.report(PROOFS, List.of()));
        String version = found().getMetadata().getResourceVersion();

        now = now.plus(Duration.ofSeconds(10));
        assertThat(publisher.publish(NodeStatusTest.report(PROOFS, List.of()))).isFalse();
        assertThat(found().getMetadata().getResourceVersion()).isEqualTo(version);

        now = now.plus(MigrationNodePublisher.HEARTBEAT);
        assertThat(publisher.publish(NodeStatusTest.report(PROOFS, List.of()))).isTrue();
        assertThat(found().getStatus().getObservedAt()).isEqualTo("2026-08-01T10:00:40.000000Z");

        now = now.plus(Duration.ofSeconds(1));
        assertThat(
                        publisher.publish(
                                NodeStatusTest.report(PROOFS, List.of("The hook is missing."))))
                .isTrue();
        assertThat(found().getStatus().getConditions().getFirst().getStatus()).isEqualTo("False");
    }

    @Test
    void whatIsNoLongerTrueIsTakenOut() {
        publisher.publish(NodeStatusTest.report(PROOFS, List.of()));
        publisher.publish(NodeStatusTest.report(PROOFS.subList(0, 1), List.of()));
        assertThat(found().getStatus().getAbilities()).hasSize(1);
    }

    @Test
    void anAgentThatWasRestartedKeepsTheTimeOfTheCondition() {
        publisher.publish(NodeStatusTest.report(PROOFS, List.of()));
        now = now.plus(Duration.ofHours(1));

        new MigrationNodePublisher(client, name, () -> now)
                .publish(NodeStatusTest.report(PROOFS, List.of()));

        assertThat(found().getStatus().getConditions().getFirst().getLastTransitionTime())
                .isEqualTo("2026-08-01T10:00:00Z");
    }

    private MigrationNode found() {
        return client.resources(MigrationNode.class).withName(name).get();
    }
}
