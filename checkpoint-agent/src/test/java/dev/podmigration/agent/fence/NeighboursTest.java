package dev.podmigration.agent.fence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.agent.linux.MacAddress;
import dev.podmigration.agent.testnetwork.TestNetwork;
import dev.podmigration.agent.testnetwork.TestNetwork.Node;
import dev.podmigration.agent.testnetwork.TestNetwork.Pod;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Two nodes on one segment: an address moves from a pod on one to a pod on the other. */
class NeighboursTest {
    private TestNetwork network;
    private Node targetNode;
    private Pod source;
    private Pod target;
    private Pod peer;

    @BeforeEach
    void createPods() throws IOException, InterruptedException {
        network = new TestNetwork();
        Node sourceNode = network.node();
        targetNode = network.node();
        source = network.pod(sourceNode, "10.9.0.2/24", "fd00:9::2/64");
        target = network.pod(targetNode, "10.9.0.5/24", "fd00:9::5/64");
        peer = network.pod(sourceNode, "10.9.0.3/24", "fd00:9::3/64");
    }

    @AfterEach
    void removePods() throws IOException, InterruptedException {
        if (network != null) {
            network.remove();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.9.0.2", "fd00:9::2"})
    void a_peer_sends_to_the_target_once_the_address_is_announced(String address) throws Exception {
        InetAddress moving = InetAddress.ofLiteral(address);
        try (DatagramSocket socket = peer.namespace().call(() -> new DatagramSocket())) {
            socket.send(new DatagramPacket(new byte[1], 1, moving, 9));
        }
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(neighbour(address)).contains(source.mac().text()));

        try (Announcer announcer = Announcer.open(target.podEnd(), target.mac())) {
            announcer.announce(List.of(moving));
        }

        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(neighbour(address)).contains(target.mac().text()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.9.0.2", "fd00:9::2"})
    void the_bridge_of_the_other_node_hears_the_pods_own_mac(String address) throws Exception {
        assertThat(ask(address, source.mac(), Duration.ofSeconds(5))).containsExactly(source.mac());
    }

    @Test
    void an_address_that_nobody_has_is_not_answered() throws Exception {
        assertThat(ask("10.9.0.77", source.mac(), Duration.ofMillis(300))).isEmpty();
    }

    @Test
    void somebody_else_who_has_the_address_is_seen_by_its_own_mac() throws Exception {
        assertThat(ask("10.9.0.3", source.mac(), Duration.ofMillis(300)))
                .containsExactly(peer.mac());
    }

    @Test
    void two_that_claim_the_same_address_are_both_seen() throws Exception {
        TestNetwork.run(peer.namespace(), "ip", "address", "add", "10.9.0.5/24", "dev", "eth0");

        assertThat(ask("10.9.0.5", MacAddress.NONE, Duration.ofMillis(300)))
                .containsExactlyInAnyOrder(peer.mac(), target.mac());
    }

    @Test
    void asking_leaves_no_trace_in_the_pods_neighbour_table() throws Exception {
        ask("10.9.0.2", source.mac(), Duration.ofSeconds(5));

        assertThat(TestNetwork.run(source.namespace(), "ip", "-4", "neighbour", "show")).isBlank();
    }

    private Set<MacAddress> ask(String address, MacAddress expected, Duration limit)
            throws IOException, InterruptedException {
        MacAddress bridge = TestNetwork.mac(targetNode.bridge());
        return NeighbourProbe.whoHas(
                InetAddress.ofLiteral(address), expected, targetNode.bridge(), bridge, limit);
    }

    private String neighbour(String address) throws IOException, InterruptedException {
        return TestNetwork.run(peer.namespace(), "ip", "neighbour", "show", address);
    }
}
