package dev.podmigration.agent.fence;

import static dev.podmigration.agent.fence.Connection.arrives;
import static dev.podmigration.agent.fence.Connection.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.LinkEnd;
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
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

class HeldFramesTest {
    private static final FilterId ID = new FilterId("held");
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final long LIMIT = 64 << 20;

    private final PacketFilter filter = new NftPacketFilter();
    private TestNetwork network;
    private Pod pod;
    private Pod peer;

    @BeforeEach
    void createPods() throws IOException, InterruptedException {
        network = new TestNetwork();
        Node node = network.node();
        pod = network.pod(node, "10.9.0.2/24", "fd00:9::2/64");
        peer = network.pod(node, "10.9.0.3/24", "fd00:9::3/64");
        neverRetransmitInTime(peer);
    }

    @AfterEach
    void removePods() throws IOException, InterruptedException {
        if (network != null) {
            network.remove();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.9.0.2", "fd00:9::2"})
    void a_stream_goes_on_without_the_senders_timer_and_with_its_large_segments(String address)
            throws Exception {
        String text = "0123456789abcdef".repeat(16 << 10);
        try (Connection connection = Connection.open(peer, pod, address);
                HeldFrames held = HeldFrames.start(pod.podEnd(), pod.nodeEnd(), LIMIT)) {
            apply(filter.dropInput(ID, pod.namespace()));
            Thread sending = Thread.ofVirtual().start(() -> writeAll(connection, text));
            assertThat(arrives(connection.inPod(), text, Duration.ofMillis(300))).isFalse();

            apply(filter.lift(ID, pod.namespace()));
            held.stop();
            assertThat(arrives(connection.inPod(), text, Duration.ofMillis(300)))
                    .as("nothing comes by itself: the sender's timer is at 60 seconds")
                    .isFalse();
            HeldFrames.Report report = held.resend();

            assertThat(arrives(connection.inPod(), text, SOON)).isTrue();
            assertThat(sending.join(SOON)).isTrue();
            assertThat(report.sent()).isPositive();
            assertThat(report.largest()).isGreaterThan(1600);
            assertThat(report.refused()).isZero();
            assertThat(report.lostByKernel()).isZero();
            assertThat(report.overLimit()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.9.0.2", "fd00:9::2"})
    void datagrams_arrive_once_and_in_order(String address) throws Exception {
        InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral(address), 7100);
        try (DatagramSocket receiver = pod.namespace().call(() -> new DatagramSocket(to));
                DatagramSocket sender = peer.namespace().call(() -> new DatagramSocket());
                HeldFrames held = HeldFrames.start(pod.podEnd(), pod.nodeEnd(), LIMIT)) {
            apply(filter.dropInput(ID, pod.namespace()));
            for (int i = 0; i < 100; i++) {
                send(sender, to, "message " + i);
            }

            apply(filter.lift(ID, pod.namespace()));
            held.stop();
            send(sender, to, "after");
            assertThat(receive(receiver)).isEqualTo("after");
            HeldFrames.Report report = held.resend();

            for (int i = 0; i < 100; i++) {
                assertThat(receive(receiver)).isEqualTo("message " + i);
            }
            assertThat(report.sent()).isEqualTo(100);
        }
    }

    @Test
    void fragments_of_a_large_datagram_are_held_too() throws Exception {
        InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral("10.9.0.2"), 7100);
        String large = "x".repeat(5000);
        try (DatagramSocket receiver = pod.namespace().call(() -> new DatagramSocket(to));
                DatagramSocket sender = peer.namespace().call(() -> new DatagramSocket());
                HeldFrames held = HeldFrames.start(pod.podEnd(), pod.nodeEnd(), LIMIT)) {
            apply(filter.dropInput(ID, pod.namespace()));
            send(sender, to, large);

            apply(filter.lift(ID, pod.namespace()));
            held.stop();
            HeldFrames.Report report = held.resend();

            assertThat(receive(receiver)).isEqualTo(large);
            assertThat(report.sent()).isEqualTo(4);
        }
    }

    @Test
    void a_new_connection_opened_meanwhile_is_accepted_afterwards() throws Exception {
        // Its first packet is the one that a peer would otherwise repeat after a whole second.
        try (HeldFrames held = HeldFrames.start(pod.podEnd(), pod.nodeEnd(), LIMIT)) {
            apply(filter.dropInput(ID, pod.namespace()));
            try (var server = pod.namespace().call(() -> new java.net.ServerSocket(7000))) {
                Thread opening = Thread.ofPlatform().start(() -> openAndClose("10.9.0.2", 7000));
                assertThat(opening.join(Duration.ofMillis(300))).isFalse();

                apply(filter.lift(ID, pod.namespace()));
                held.stop();
                held.resend();

                server.setSoTimeout(10_000);
                server.accept().close();
                assertThat(opening.join(SOON)).isTrue();
            }
        }
    }

    @Test
    void above_the_limit_the_oldest_frames_are_kept_and_the_others_counted() throws Exception {
        InetSocketAddress to = new InetSocketAddress(InetAddress.ofLiteral("10.9.0.2"), 7100);
        try (DatagramSocket receiver = pod.namespace().call(() -> new DatagramSocket(to));
                DatagramSocket sender = peer.namespace().call(() -> new DatagramSocket());
                HeldFrames held = HeldFrames.start(pod.podEnd(), pod.nodeEnd(), 5000)) {
            apply(filter.dropInput(ID, pod.namespace()));
            for (int i = 0; i < 10; i++) {
                send(sender, to, Integer.toString(i).repeat(1000));
            }

            apply(filter.lift(ID, pod.namespace()));
            held.stop();
            HeldFrames.Report report = held.resend();

            assertThat(report.sent()).isEqualTo(4);
            assertThat(report.overLimit()).isEqualTo(6);
            assertThat(receive(receiver)).startsWith("0");
        }
    }

    @Test
    void questions_of_neighbours_are_not_held() throws Exception {
        try (HeldFrames held = HeldFrames.start(pod.podEnd(), pod.nodeEnd(), LIMIT)) {
            assertThat(
                            NeighbourProbe.whoHas(
                                    InetAddress.ofLiteral("10.9.0.2"),
                                    pod.mac(),
                                    peer.podEnd(),
                                    peer.mac(),
                                    SOON))
                    .containsExactly(pod.mac());
            held.stop();

            assertThat(held.resend().sent()).isZero();
        }
    }

    @Test
    void sending_before_the_collecting_has_ended_is_a_mistake() throws Exception {
        try (HeldFrames held = HeldFrames.start(pod.podEnd(), pod.nodeEnd(), LIMIT)) {
            assertThatIllegalStateException().isThrownBy(held::resend);
        }
    }

    @Test
    void closing_ends_the_thread_even_if_nothing_was_sent() throws Exception {
        HeldFrames.start(pod.podEnd(), pod.nodeEnd(), LIMIT).close();

        await().atMost(SOON)
                .until(
                        () ->
                                Thread.getAllStackTraces().keySet().stream()
                                        .noneMatch(
                                                thread -> thread.getName().equals("held-frames")));
    }

    @Test
    void an_interface_that_is_gone_is_reported_at_once() {
        LinkEnd gone = new LinkEnd(pod.namespace(), "gone0");

        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> HeldFrames.start(gone, pod.nodeEnd(), LIMIT))
                .satisfies(e -> assertThat(e.errnoName()).isEqualTo("ENODEV"));
    }

    /**
     * Puts the retransmission timers of a namespace out of a test's reach: first one at 60 s, no
     * early ones.
     */
    private static void neverRetransmitInTime(Pod pod) throws IOException, InterruptedException {
        TestNetwork.run(
                pod.namespace(),
                "sh",
                "-c",
                """
                set -e
                echo 0 > /proc/sys/net/ipv4/tcp_early_retrans
                echo 0 > /proc/sys/net/ipv4/tcp_recovery
                ip route replace 10.9.0.0/24 dev eth0 rto_min 60s
                ip -6 route add fd00:9::2/128 dev eth0 rto_min 60s
                """);
    }

    private void openAndClose(String address, int port) {
        try {
            peer.namespace()
                    .call(() -> new java.net.Socket(InetAddress.ofLiteral(address), port))
                    .close();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void writeAll(Connection connection, String text) {
        try {
            write(connection.peer(), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void send(DatagramSocket socket, InetSocketAddress to, String text)
            throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        socket.send(new DatagramPacket(bytes, bytes.length, to));
    }

    private static String receive(DatagramSocket socket) throws IOException {
        socket.setSoTimeout((int) SOON.toMillis());
        DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
        socket.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
    }

    private static void apply(PreparedChange change) throws IOException, InterruptedException {
        try (change) {
            change.apply();
        }
    }
}
