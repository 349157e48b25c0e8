package dev.podmigration.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.podmigration.agent.linux.PacketSocket.Destination;
import dev.podmigration.agent.linux.PacketSocket.Frame;
import dev.podmigration.agent.linux.PacketSocket.Receive;
import dev.podmigration.agent.testnetwork.TestNetwork;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

class PacketSocketTest {
    /** "Local experimental" of IEEE 802: nothing else sends it. */
    private static final short TYPE = (short) 0x88b5;

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private TestNetwork network;
    private TestNetwork.Pod pod;

    @BeforeEach
    void createPod() throws IOException, InterruptedException {
        network = new TestNetwork();
        pod = network.pod(network.node(), "10.9.0.2/24");
    }

    @AfterEach
    void removePod() throws IOException, InterruptedException {
        if (network != null) {
            network.remove();
        }
    }

    @Test
    void a_frame_goes_from_one_end_to_the_other_and_tells_whom_it_was_for() throws Exception {
        try (PacketSocket in = PacketSocket.open(pod.podEnd(), Receive.ALL, false, 1 << 20);
                PacketSocket out = PacketSocket.open(pod.nodeEnd(), Receive.NOTHING, false, 0)) {
            out.send(frame(pod.mac(), 1));
            out.send(frame(MacAddress.BROADCAST, 2));
            out.send(frame(new MacAddress("02:00:00:00:00:77"), 3));

            assertThat(next(in)).isEqualTo(Destination.THIS_HOST);
            assertThat(next(in)).isEqualTo(Destination.BROADCAST);
            assertThat(next(in)).isEqualTo(Destination.OTHER_HOST);
            assertThat(in.takeDropCount()).isZero();
        }
    }

    @Test
    void own_frames_are_not_seen() throws Exception {
        try (PacketSocket socket = PacketSocket.open(pod.podEnd(), Receive.ALL, false, 0);
                PacketSocket back = PacketSocket.open(pod.nodeEnd(), Receive.NOTHING, false, 0)) {
            socket.send(frame(MacAddress.BROADCAST, 1));
            back.send(frame(pod.mac(), 2));

            assertThat(next(socket)).isEqualTo(Destination.THIS_HOST);
        }
    }

    @Test
    void an_offload_header_stands_in_front_in_both_directions() throws Exception {
        try (PacketSocket in = PacketSocket.open(pod.podEnd(), Receive.ALL, true, 0);
                PacketSocket out = PacketSocket.open(pod.nodeEnd(), Receive.NOTHING, true, 0)) {
            byte[] frame = frame(pod.mac(), 1);
            byte[] withHeader = new byte[PacketSocket.OFFLOAD_HEADER_BYTES + frame.length];
            System.arraycopy(frame, 0, withHeader, PacketSocket.OFFLOAD_HEADER_BYTES, frame.length);

            out.send(withHeader);

            byte[] received = ours(in, PacketSocket.OFFLOAD_HEADER_BYTES).bytes();
            assertThat(received).hasSize(withHeader.length).endsWith(frame);
        }
    }

    @Test
    void waiting_ends_when_another_thread_says_so() throws Exception {
        try (PacketSocket socket = PacketSocket.open(pod.podEnd(), Receive.ARP, false, 0)) {
            Thread waiting =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        try {
                                            socket.await(Duration.ofMinutes(5));
                                        } catch (ErrnoException e) {
                                            throw new AssertionError(e);
                                        }
                                    });

            socket.wakeUp();

            assertThat(waiting.join(LIMIT)).isTrue();
            assertThat(socket.receive()).isEmpty();
        }
    }

    @Test
    void frames_that_do_not_fit_the_buffer_are_counted() throws Exception {
        try (PacketSocket in = PacketSocket.open(pod.podEnd(), Receive.ALL, false, 4096);
                PacketSocket out = PacketSocket.open(pod.nodeEnd(), Receive.NOTHING, false, 0)) {
            for (int i = 0; i < 100; i++) {
                out.send(frame(pod.mac(), i));
            }

            assertThat(in.takeDropCount()).isPositive();
            assertThat(in.takeDropCount()).isZero();
        }
    }

    @Test
    void an_unknown_interface_is_refused() {
        LinkEnd missing = new LinkEnd(pod.namespace(), "eth7");

        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> PacketSocket.open(missing, Receive.ALL, false, 0))
                .satisfies(e -> assertThat(e.errnoName()).isEqualTo("ENODEV"));
    }

    private static Destination next(PacketSocket socket) throws ErrnoException {
        return ours(socket, 0).destination();
    }

    /** Skips what the kernel itself sends on a new link (IPv6 discovery). */
    private static Frame ours(PacketSocket socket, int headerBytes) throws ErrnoException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() < end) {
            if (socket.await(LIMIT)) {
                Optional<Frame> frame =
                        socket.receive()
                                .filter(
                                        f ->
                                                ByteBuffer.wrap(f.bytes())
                                                                .getShort(headerBytes + 12)
                                                        == TYPE);
                if (frame.isPresent()) {
                    return frame.get();
                }
            }
        }
        throw new AssertionError("no frame arrived");
    }

    private static byte[] frame(MacAddress to, int content) {
        return ByteBuffer.allocate(60)
                .put(to.bytes())
                .put(new MacAddress("02:00:00:00:00:01").bytes())
                .putShort(TYPE)
                .putInt(content)
                .array();
    }
}
