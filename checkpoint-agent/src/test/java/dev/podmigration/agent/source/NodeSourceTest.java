package dev.podmigration.agent.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.agent.address.AddressReservation;
import dev.podmigration.agent.commit.ObjectKey;
import dev.podmigration.agent.commit.RecordStore;
import dev.podmigration.agent.commit.SourceCommit;
import dev.podmigration.agent.commit.SourceRecord;
import dev.podmigration.agent.commit.SourceState;
import dev.podmigration.agent.criu.CriuConfiguration;
import dev.podmigration.agent.criu.CriuLogReader;
import dev.podmigration.agent.inspect.ContainerInspector;
import dev.podmigration.agent.peer.Identity;
import dev.podmigration.agent.peer.PeerClient;
import dev.podmigration.agent.testnode.FakeCluster;
import dev.podmigration.agent.testnode.TestNode;
import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.Peer;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** What a source is brought to, by its record. */
class NodeSourceTest {

    private static final String CHECKPOINT = "c0ffee00-6a7e-4d1c-9a52-1d2c3b4a5f60";
    private static final String RESTORE = "deadbeef-6a7e-4d1c-9a52-1d2c3b4a5f60";

    @TempDir Path root;

    private final FakeCluster cluster = new FakeCluster();
    private TestNode node;
    private SourceCommit commit;
    private NodeSource source;
    private Path reservation;

    @BeforeEach
    void startTheAgent() throws Exception {
        node = new TestNode(root);
        node.run(Map.of("main", List.of()));
        reservation = root.resolve("var/lib/cni/networks/pods/10.9.0.2");
        Files.createDirectories(reservation.getParent());
        Files.writeString(reservation, TestNode.SANDBOX + "\r\neth0");
        commit = new SourceCommit(new RecordStore<>(root.resolve("records"), SourceRecord.class));
        source =
                new NodeSource(
                        new SourceTools(
                                node.host(),
                                node.directories(),
                                node.mounts(),
                                node.cgroups(),
                                node.runtime(),
                                node.kubelet(),
                                CriuConfiguration.of(node.host(), "/usr/bin/crun"),
                                new CriuLogReader(),
                                new ContainerInspector(root.resolve("proc")),
                                node.filter(),
                                new SourceAddresses(
                                        node.host(),
                                        new AddressReservation(
                                                root.resolve("var/lib/cni/networks"))),
                                new PeerClient(new Identity()),
                                commit,
                                "10.0.0.7:9444"),
                        cluster);
    }

    @Test
    void a_pod_is_not_stopped_twice_for_the_same_object() throws Exception {
        assertThat(source.hasBegun(checkpoint())).isFalse();

        begin();

        assertThat(source.hasBegun(checkpoint())).isTrue();
        assertThat(source.settle(checkpoint())).isEqualTo(SourceAgent.Outcome.ROLLED_BACK);
        assertThat(source.hasBegun(checkpoint())).isTrue();
    }

    @Test
    void addresses_are_reserved_by_the_next_agent_if_the_one_that_granted_did_not_come_to_it()
            throws Exception {
        begin();
        commit.grant(CHECKPOINT, RESTORE);

        source.recover();

        assertThat(reservation).content().startsWith("podmigration " + CHECKPOINT + "\r\n");
    }

    @Test
    void addresses_are_reserved_before_the_pod_is_let_go() throws Exception {
        begin();
        commit.grant(CHECKPOINT, RESTORE);
        cluster.deletePod();

        assertThat(source.settle(checkpoint())).isEqualTo(SourceAgent.Outcome.RELEASED);

        assertThat(reservation).content().startsWith("podmigration " + CHECKPOINT + "\r\n");
    }

    @Test
    void a_pod_that_came_back_to_life_has_its_addresses_as_before() throws Exception {
        begin();
        commit.grant(CHECKPOINT, RESTORE);
        source.recover();
        cluster.restore(cancelled());
        PodCheckpoint checkpoint = checkpoint();
        checkpoint.getSpec().setGoal(CheckpointGoal.RollBack);

        assertThat(source.settle(checkpoint)).isEqualTo(SourceAgent.Outcome.ROLLED_BACK);

        assertThat(reservation).hasContent(TestNode.SANDBOX + "\r\neth0");
    }

    private void begin() throws Exception {
        commit.begin(
                new SourceRecord(
                        SourceState.FROZEN,
                        new ObjectKey("flink", "move", CHECKPOINT),
                        RESTORE,
                        TestNode.POD,
                        "veth-of-nobody",
                        7,
                        List.of("10.9.0.2/24"),
                        List.of(TestNode.id("main")),
                        Instant.parse("2026-08-01T10:00:00Z")));
    }

    private static PodRestore cancelled() {
        PodRestore restore = new PodRestore();
        restore.getStatus().setPhase(PodRestorePhase.Cancelled);
        return restore;
    }

    private static PodCheckpoint checkpoint() {
        PodCheckpoint checkpoint = new PodCheckpoint();
        checkpoint.setMetadata(
                new ObjectMetaBuilder()
                        .withNamespace("flink")
                        .withName("move")
                        .withUid(CHECKPOINT)
                        .build());
        Peer peer = new Peer();
        peer.setRestoreName("move");
        checkpoint.getSpec().setPodName("taskmanager");
        checkpoint.getSpec().setPodUid(TestNode.POD);
        checkpoint.getSpec().setPeer(peer);
        checkpoint.getSpec().setGoal(CheckpointGoal.Migrate);
        return checkpoint;
    }
}
