package dev.podmigration.agent.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.podmigration.agent.linux.LinkAddress;
import dev.podmigration.agent.linux.NetworkNamespace;
import dev.podmigration.agent.testnetwork.TestNetwork;
import dev.podmigration.agent.testnetwork.TestNetwork.Node;
import dev.podmigration.agent.testnetwork.TestNetwork.Pod;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;

class PodAddressesTest {
    private final KeptAddresses kept = new KeptAddresses();
    private TestNetwork network;
    private Node node;
    private Pod pod;
    private Pod peer;

    @BeforeEach
    void createPods() throws IOException, InterruptedException {
        network = new TestNetwork();
        node = network.node();
        peer = network.pod(node, "10.9.0.3/24", "fd00:9::3/64");
        pod = network.pod(node, "10.9.0.5/24", "fd00:9::5/64");
    }

    @AfterEach
    void removePods() throws IOException, InterruptedException {
        if (network != null) {
            network.remove();
        }
    }

    @Test
    void a_pods_connection_is_found_with_its_addresses() throws Exception {
        try (PodInterface found = discover(node.namespace())) {
            assertThat(found.podEnd().name()).isEqualTo("eth0");
            assertThat(found.nodeEnd().name()).isEqualTo(pod.nodeEnd().name());
            assertThat(found.mac()).isEqualTo(pod.mac());
            assertThat(found.addresses())
                    .extracting(LinkAddress::toString)
                    .containsExactly("10.9.0.5/24", "fd00:9:0:0:0:0:0:5/64");
        }
    }

    @Test
    void addresses_are_told_in_the_order_in_which_the_pod_got_them() throws Exception {
        for (String address :
                List.of("10.9.0.3/24", "fd00:9::3/64", "10.9.0.2/24", "fd00:9::2/64")) {
            kept.add(pod.podEnd(), address);
        }

        try (PodInterface found = discover(node.namespace())) {
            assertThat(found.addresses())
                    .extracting(LinkAddress::toString)
                    .containsExactly(
                            "10.9.0.5/24",
                            "10.9.0.3/24",
                            "10.9.0.2/24",
                            "fd00:9:0:0:0:0:0:5/64",
                            "fd00:9:0:0:0:0:0:3/64",
                            "fd00:9:0:0:0:0:0:2/64");
        }
    }

    @Test
    void a_pod_of_another_node_is_not_mistaken_for_one_of_this() throws Exception {
        Node other = network.node();
        network.pod(other, "10.9.0.8/24");

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> discover(other.namespace()))
                .withMessageContaining("not on this node");
    }

    @Test
    void a_namespace_without_a_pair_is_reported() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> PodInterface.discover(node.namespace()))
                .withMessageContaining("no eth0 of kind veth");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.9.0.2/24", "fd00:9::2/64"})
    void a_kept_address_takes_connections_without_duplicate_detection(String address)
            throws Exception {
        InetAddress moved = Cidr.parse(address).address();
        assertThat(kept.add(pod.podEnd(), address)).isTrue();
        assertThat(kept.add(pod.podEnd(), address)).isFalse();
        assertThat(
                        TestNetwork.run(
                                pod.namespace(),
                                "ip",
                                "address",
                                "show",
                                "dev",
                                "eth0",
                                "tentative"))
                .doesNotContain(address);

        try (ServerSocket server = pod.namespace().call(() -> new ServerSocket(7000, 1, moved));
                Socket client =
                        peer.namespace()
                                .call(
                                        () -> {
                                            Socket socket = new Socket();
                                            socket.connect(
                                                    new InetSocketAddress(moved, 7000), 5000);
                                            return socket;
                                        })) {
            assertThat(client.isConnected()).isTrue();
            assertThat(server.getInetAddress()).isEqualTo(moved);
        }

        assertThat(kept.remove(pod.podEnd(), moved)).isTrue();
        assertThat(kept.remove(pod.podEnd(), moved)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.9.0.2/24 10.9.0.3 10.9.0.5", "fd00:9::2/64 fd00:9::3 fd00:9::5"})
    void new_connections_of_the_pod_start_from_its_own_address(String addresses) throws Exception {
        String[] keptPeerOwn = addresses.split(" ", -1);
        kept.add(pod.podEnd(), keptPeerOwn[0]);
        InetAddress to = InetAddress.ofLiteral(keptPeerOwn[1]);

        try (ServerSocket server = peer.namespace().call(() -> new ServerSocket(7000, 1, to));
                Socket client = pod.namespace().call(() -> new Socket(to, 7000))) {
            assertThat(client.getLocalAddress()).isEqualTo(InetAddress.ofLiteral(keptPeerOwn[2]));
            assertThat(server.isBound()).isTrue();
        }
    }

    @Test
    void the_sockets_of_a_pod_are_read_through_one_of_its_processes() throws Exception {
        Process process = pod.namespace().call(() -> new ProcessBuilder("sleep", "60").start());
        try (ServerSocket server =
                pod.namespace()
                        .call(() -> new ServerSocket(7000, 1, InetAddress.ofLiteral("10.9.0.5")))) {
            UsedAddresses used = UsedAddresses.read(Path.of("/proc", Long.toString(process.pid())));

            assertThat(used.needed()).containsExactly(server.getInetAddress());
        } finally {
            process.destroyForcibly();
        }
    }

    private PodInterface discover(NetworkNamespace onNode)
            throws IOException, InterruptedException {
        return PodInterface.discover(
                pod.namespace(), NetworkNamespace.open(Path.of(onNode.toString())));
    }
}
