package dev.podmigration.agent.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.podmigration.agent.commit.ObjectKey;
import dev.podmigration.agent.commit.SourceRecord;
import dev.podmigration.agent.commit.SourceState;
import dev.podmigration.agent.fence.FilterId;
import dev.podmigration.agent.fence.LeftFences;
import dev.podmigration.agent.fence.NftPacketFilter;
import dev.podmigration.agent.fence.PacketFilter;
import dev.podmigration.agent.fence.PreparedChange;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.linux.NetworkNamespace;
import dev.podmigration.agent.runtime.PodOnNode;
import dev.podmigration.agent.testnetwork.TestNetwork;
import dev.podmigration.agent.testnetwork.TestNetwork.Node;
import dev.podmigration.agent.testnetwork.TestNetwork.Pod;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** With real interfaces and the kernel's packet filter. */
class SourceFenceTest {

    private static final String CHECKPOINT = "c0ffee00-6a7e-4d1c-9a52-1d2c3b4a5f60";
    private static final FilterId ID = new FilterId(CHECKPOINT);

    private final PacketFilter filter = new NftPacketFilter();
    private TestNetwork network;
    private Node node;
    private Pod pod;
    private SourceFence fence;

    @BeforeEach
    void fenceOff() throws Exception {
        network = new TestNetwork();
        node = network.node();
        pod = network.pod(node, "10.9.0.2/24");
        fence =
                new SourceFence(
                        filter,
                        Host.at(Path.of("/")),
                        () -> NetworkNamespace.open(Path.of(node.namespace().toString())));
        try (PreparedChange silence = filter.silence(ID, pod.nodeEnd())) {
            silence.apply();
        }
    }

    @AfterEach
    void removePod() throws IOException, InterruptedException {
        if (network != null) {
            network.remove();
        }
    }

    @Test
    void a_source_stays_fenced_until_its_interface_is_gone() throws Exception {
        SourceRecord record = record(pod.nodeEnd().index());
        CountDownLatch lifted = new CountDownLatch(1);

        fence.tellWhenLifted(record, lifted::countDown);
        fence.liftWhenGone(record);
        fence.liftWhenGone(record);
        TestNetwork.run(node.namespace(), "ip", "link", "add", "another", "type", "bridge");
        assertThat(lifted.await(300, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(fence.stands(record)).isTrue();

        TestNetwork.run(node.namespace(), "ip", "link", "delete", pod.nodeEnd().name());

        assertThat(lifted.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(fence.stands(record)).isFalse();
    }

    @Test
    void a_later_interface_of_the_same_name_is_not_kept_silent() throws Exception {
        SourceRecord record = record(pod.nodeEnd().index() + 1000);

        fence.liftWhenGone(record);

        await().atMost(Duration.ofSeconds(10)).until(() -> !fence.stands(record));
        assertThat(TestNetwork.run(node.namespace(), "ip", "-o", "link"))
                .contains(pod.nodeEnd().name());
    }

    @Test
    void a_pod_whose_network_is_gone_already_is_let_go_without_being_announced() throws Exception {
        SourceRecord record = record(pod.nodeEnd().index());
        TestNetwork.run(node.namespace(), "ip", "link", "delete", pod.nodeEnd().name());

        fence.lift(record, Optional.of(onNode()));

        assertThat(fence.stands(record)).isFalse();
    }

    @Test
    void a_pod_that_is_there_is_not_let_go_without_its_neighbours_knowing() throws Exception {
        SourceRecord record = record(pod.nodeEnd().index());
        PodOnNode elsewhere = onNode("/nonexistent");

        assertThatThrownBy(() -> fence.lift(record, Optional.of(elsewhere)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void a_fence_that_no_record_knows_is_lifted_and_no_other() throws Exception {
        FilterId unknown = new FilterId("deadbeef-6a7e-4d1c-9a52-1d2c3b4a5f60");
        try (PreparedChange silence = filter.silence(unknown, pod.nodeEnd())) {
            silence.apply();
        }
        TestNetwork.run(node.namespace(), "nft", "add", "table", "inet", "podmigrations");

        LeftFences.lift(filter, node.namespace(), Set.of(ID));

        assertThat(filter.present(node.namespace())).containsExactly(ID);
        assertThat(TestNetwork.run(node.namespace(), "nft", "list", "tables"))
                .contains("podmigrations");
    }

    private PodOnNode onNode() {
        return onNode(pod.namespace().toString());
    }

    private static PodOnNode onNode(String networkNamespace) {
        return new PodOnNode(
                "p1",
                "flink",
                "taskmanager",
                "sandbox",
                "crun",
                Optional.of(networkNamespace),
                Optional.empty(),
                List.of());
    }

    private SourceRecord record(int index) {
        return new SourceRecord(
                SourceState.RELEASED,
                new ObjectKey("flink", "move", CHECKPOINT),
                "r1",
                "p1",
                pod.nodeEnd().name(),
                index,
                List.of("10.9.0.2/24"),
                List.of(),
                Instant.parse("2026-08-01T10:00:00Z"),
                "node-b");
    }
}
