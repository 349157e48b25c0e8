package dev.podmigration.agent.fence;

import static dev.podmigration.agent.fence.Connection.arrives;
import static dev.podmigration.agent.fence.Connection.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.podmigration.agent.fence.FilterException.Kind;
import dev.podmigration.agent.linux.LinkEnd;
import dev.podmigration.agent.linux.MacAddress;
import dev.podmigration.agent.linux.NetworkNamespace;
import dev.podmigration.agent.testnetwork.TestNetwork;
import dev.podmigration.agent.testnetwork.TestNetwork.Node;
import dev.podmigration.agent.testnetwork.TestNetwork.Pod;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Set;

class PacketFilterTest {
    private static final FilterId ID = new FilterId("0f3c-test");
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration SILENCE = Duration.ofMillis(300);

    private final PacketFilter filter = new NftPacketFilter();
    private TestNetwork network;
    private Node node;
    private Pod pod;
    private Pod peer;

    @BeforeEach
    void createPods() throws IOException, InterruptedException {
        network = new TestNetwork();
        node = network.node();
        pod = network.pod(node, "10.9.0.2/24", "fd00:9::2/64");
        peer = network.pod(node, "10.9.0.3/24", "fd00:9::3/64");
    }

    @AfterEach
    void removePods() throws IOException, InterruptedException {
        if (network != null) {
            network.remove();
        }
    }

    @Test
    void a_silenced_pod_neither_hears_nor_speaks_and_its_connection_lives_on_afterwards()
            throws Exception {
        try (Connection connection = Connection.open(peer, pod, "10.9.0.2")) {
            write(connection.peer(), "before");
            assertThat(arrives(connection.inPod(), "before", SOON)).isTrue();

            apply(filter.silence(ID, pod.nodeEnd()));
            write(connection.peer(), "to pod");
            write(connection.inPod(), "from pod");
            assertThat(arrives(connection.inPod(), "to pod", SILENCE)).isFalse();
            assertThat(arrives(connection.peer(), "from pod", SILENCE)).isFalse();

            apply(filter.lift(ID, node.namespace()));
            assertThat(arrives(connection.inPod(), "to pod", SOON)).isTrue();
            assertThat(arrives(connection.peer(), "from pod", SOON)).isTrue();
        }
    }

    @Test
    void the_reset_of_a_killed_program_does_not_leave_a_silenced_pod() throws Exception {
        try (Connection connection = Connection.open(peer, pod, "10.9.0.2")) {
            apply(filter.silence(ID, pod.nodeEnd()));

            connection.inPod().setSoLinger(true, 0);
            connection.inPod().close();

            assertThat(arrives(connection.peer(), "x", SILENCE)).isFalse();
        }
    }

    @Test
    void a_silenced_pod_does_not_answer_neighbours() throws Exception {
        assertThat(neighboursAnswering("10.9.0.2")).containsExactly(pod.mac());

        apply(filter.silence(ID, pod.nodeEnd()));

        assertThat(neighboursAnswering("10.9.0.2")).isEmpty();
    }

    @Test
    void a_muted_pod_hears_and_answers_neighbours_but_says_nothing_else() throws Exception {
        try (Connection connection = Connection.open(peer, pod, "10.9.0.2")) {
            apply(filter.mute(ID, pod.nodeEnd()));
            write(connection.peer(), "to pod");
            write(connection.inPod(), "from pod");

            assertThat(arrives(connection.inPod(), "to pod", SOON)).isTrue();
            assertThat(arrives(connection.peer(), "from pod", SILENCE)).isFalse();
            assertThat(neighboursAnswering("10.9.0.2")).containsExactly(pod.mac());
            assertThat(neighboursAnswering("fd00:9::2")).containsExactly(pod.mac());

            apply(filter.lift(ID, node.namespace()));
            assertThat(arrives(connection.peer(), "from pod", SOON)).isTrue();
        }
    }

    @Test
    void nothing_answers_for_a_socket_that_is_not_there_while_input_is_dropped() throws Exception {
        for (String address : new String[] {"10.9.0.2", "fd00:9::2"}) {
            assertThatExceptionOfType(ConnectException.class)
                    .as("without the drop the kernel resets")
                    .isThrownBy(() -> connect(peer, address));
        }

        apply(filter.dropInput(ID, pod.namespace()));

        for (String address : new String[] {"10.9.0.2", "fd00:9::2"}) {
            assertThatExceptionOfType(SocketTimeoutException.class)
                    .isThrownBy(() -> connect(peer, address));
            assertThat(neighboursAnswering(address)).containsExactly(pod.mac());
        }
    }

    @Test
    void loopback_works_while_input_is_dropped() throws Exception {
        apply(filter.dropInput(ID, pod.namespace()));

        try (ServerSocket server =
                pod.namespace()
                        .call(
                                () ->
                                        new ServerSocket(
                                                7001, 1, InetAddress.ofLiteral("127.0.0.1")))) {
            Socket client =
                    pod.namespace()
                            .call(() -> new Socket(InetAddress.ofLiteral("127.0.0.1"), 7001));
            server.setSoTimeout(5000);
            server.accept().close();
            client.close();
        }
    }

    @Test
    void a_change_can_be_made_again_and_lifted_again() throws Exception {
        apply(filter.silence(ID, pod.nodeEnd()));
        apply(filter.silence(ID, pod.nodeEnd()));
        apply(filter.lift(ID, node.namespace()));
        apply(filter.lift(ID, node.namespace()));

        assertThat(neighboursAnswering("10.9.0.2")).containsExactly(pod.mac());
    }

    @Test
    void what_a_dead_agent_left_is_found_by_its_id_and_nothing_else_is() throws Exception {
        FilterId other = new FilterId("other");
        apply(filter.silence(ID, pod.nodeEnd()));
        apply(filter.silence(other, peer.nodeEnd()));
        apply(filter.dropInput(ID, pod.namespace()));
        TestNetwork.run(node.namespace(), "nft", "add table inet somebody-elses");

        assertThat(filter.present(node.namespace())).containsExactly(ID, other);
        assertThat(filter.present(pod.namespace())).containsExactly(ID);
        assertThat(filter.present(peer.namespace())).isEmpty();

        apply(filter.lift(ID, node.namespace()));
        assertThat(filter.present(node.namespace())).containsExactly(other);
        assertThat(TestNetwork.run(node.namespace(), "nft", "list", "tables"))
                .contains("somebody-elses");
    }

    @Test
    void a_table_left_over_from_a_pod_that_is_gone_can_be_lifted() throws Exception {
        apply(filter.silence(ID, pod.nodeEnd()));
        TestNetwork.run(node.namespace(), "ip", "link", "delete", pod.nodeEnd().name());

        apply(filter.lift(ID, node.namespace()));

        assertThat(filter.present(node.namespace())).isEmpty();
    }

    @Test
    void a_change_that_was_prepared_but_not_made_changes_nothing() throws Exception {
        filter.silence(ID, pod.nodeEnd()).close();

        assertThat(filter.present(node.namespace())).isEmpty();
    }

    @Test
    void what_is_in_force_can_be_read_on_the_node() throws Exception {
        apply(filter.silence(ID, pod.nodeEnd()));
        apply(filter.dropInput(ID, pod.namespace()));

        assertThat(TestNetwork.run(node.namespace(), "nft", "list", "ruleset"))
                .contains("table netdev podmigration-0f3c-test")
                .contains("hook ingress device \"" + pod.nodeEnd().name() + "\"")
                .contains("hook egress device \"" + pod.nodeEnd().name() + "\"")
                .contains("policy drop");
        assertThat(TestNetwork.run(pod.namespace(), "nft", "list", "ruleset"))
                .contains("hook prerouting")
                .contains("policy drop")
                .contains("iiftype loopback accept")
                .contains("icmpv6");
    }

    @Test
    void an_interface_that_does_not_exist_is_reported_when_the_change_is_prepared() {
        LinkEnd gone = new LinkEnd(node.namespace(), "gone0");

        assertThatExceptionOfType(FilterException.class)
                .isThrownBy(() -> filter.silence(ID, gone))
                .withMessageContaining("gone0")
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.INTERFACE_MISSING));
    }

    @Test
    void this_kernel_proves_to_have_both_hooks_and_keeps_nothing_of_the_trial() throws Exception {
        filter.prove(node.namespace());

        assertThat(filter.present(node.namespace())).isEmpty();
    }

    @Test
    void ids_and_interfaces_cannot_smuggle_rules_in() {
        NetworkNamespace namespace = node.namespace();
        assertThatIllegalArgumentException().isThrownBy(() -> new FilterId("a; flush ruleset"));
        assertThatIllegalArgumentException().isThrownBy(() -> new FilterId(""));
        assertThatIllegalArgumentException().isThrownBy(() -> new LinkEnd(namespace, "a\"; }"));
    }

    private static void apply(PreparedChange change) throws IOException, InterruptedException {
        try (change) {
            change.apply();
        }
    }

    private Set<MacAddress> neighboursAnswering(String address)
            throws IOException, InterruptedException {
        return NeighbourProbe.whoHas(
                InetAddress.ofLiteral(address),
                pod.mac(),
                peer.podEnd(),
                peer.mac(),
                Duration.ofMillis(500));
    }

    private static void connect(Pod from, String address) throws IOException, InterruptedException {
        from.namespace()
                .call(
                        () -> {
                            Socket socket = new Socket();
                            socket.connect(
                                    new InetSocketAddress(InetAddress.ofLiteral(address), 7777),
                                    400);
                            return socket;
                        })
                .close();
    }
}
