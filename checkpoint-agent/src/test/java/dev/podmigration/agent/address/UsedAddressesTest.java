package dev.podmigration.agent.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.podmigration.agent.address.SocketEntry.Protocol;
import dev.podmigration.agent.address.SocketEntry.State;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;

class UsedAddressesTest {
    private static final Path SELF = Path.of("/proc/self");
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    @Test
    void lines_of_the_kernel_are_read() {
        List<SocketEntry> sockets =
                UsedAddresses.parse(
                        Protocol.TCP,
                        """
                          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
                           0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0 100 0
                           1: 0200090A:1F90 0300090A:D431 01 00000000:00000000 00:00000000 00000000     0        0 12 1 0 20 4
                           2: 0200090A:1F90 0300090A:D432 06 00000000:00000000 03:00000A1B 00000000     0        0 0 3 0
                        1000: 0000000000000000FFFF00000200090A:1F90 0000000000000000FFFF00000300090A:D433 08 00000000:00000000 00:0
                        """
                                .lines()
                                .toList());

        InetAddress pod = InetAddress.ofLiteral("10.9.0.2");
        InetAddress peer = InetAddress.ofLiteral("10.9.0.3");
        assertThat(sockets)
                .containsExactly(
                        new SocketEntry(
                                Protocol.TCP,
                                InetAddress.ofLiteral("0.0.0.0"),
                                8080,
                                InetAddress.ofLiteral("0.0.0.0"),
                                0,
                                State.LISTEN),
                        new SocketEntry(Protocol.TCP, pod, 8080, peer, 54321, State.ESTABLISHED),
                        new SocketEntry(Protocol.TCP, pod, 8080, peer, 54322, State.TIME_WAIT),
                        new SocketEntry(Protocol.TCP, pod, 8080, peer, 54323, State.CLOSE_WAIT));
        UsedAddresses used = new UsedAddresses(sockets);
        assertThat(used.needed()).containsExactly(pod);
        assertThat(used.count(Protocol.TCP, pod))
                .containsOnly(
                        java.util.Map.entry(State.ESTABLISHED, 1),
                        java.util.Map.entry(State.TIME_WAIT, 1),
                        java.util.Map.entry(State.CLOSE_WAIT, 1));
        assertThat(used.count(Protocol.TCP, State.LISTEN)).isEqualTo(1);
    }

    @Test
    void a_connection_that_only_waits_for_its_end_needs_no_address() {
        InetAddress pod = InetAddress.ofLiteral("10.9.0.2");
        UsedAddresses used =
                new UsedAddresses(
                        List.of(new SocketEntry(Protocol.TCP, pod, 8080, pod, 1, State.TIME_WAIT)));

        assertThat(used.needed()).isEmpty();
    }

    @Test
    void an_unknown_state_is_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> State.of(13));
        assertThatIllegalArgumentException().isThrownBy(() -> State.of(0));
    }

    @Test
    void real_sockets_of_both_families_are_seen() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK);
                Socket client = new Socket(LOOPBACK, server.getLocalPort());
                DatagramSocket datagrams = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
            // Java's sockets are IPv6 ones where the machine has IPv6: they must appear with their
            // IPv4 address.
            List<SocketEntry> sockets = UsedAddresses.read(SELF).sockets();

            assertThat(sockets)
                    .anySatisfy(
                            socket -> {
                                assertThat(socket.state()).isEqualTo(State.LISTEN);
                                assertThat(socket.local()).isEqualTo(LOOPBACK);
                                assertThat(socket.localPort()).isEqualTo(server.getLocalPort());
                            })
                    .anySatisfy(
                            socket -> {
                                assertThat(socket.state()).isEqualTo(State.ESTABLISHED);
                                assertThat(socket.localPort()).isEqualTo(client.getLocalPort());
                                assertThat(socket.remotePort()).isEqualTo(server.getLocalPort());
                            })
                    .anySatisfy(
                            socket -> {
                                assertThat(socket.protocol()).isEqualTo(Protocol.UDP);
                                assertThat(socket.localPort()).isEqualTo(datagrams.getLocalPort());
                            });
            assertThat(UsedAddresses.read(SELF).needed()).doesNotContain(LOOPBACK);
        }
    }
}
