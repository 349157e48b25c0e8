package dev.podmigration.agent.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.agent.address.AddressReservation;
import dev.podmigration.agent.address.PodInterface;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.linux.LinkAddress;
import dev.podmigration.agent.linux.LinkEnd;
import dev.podmigration.agent.linux.MacAddress;
import dev.podmigration.agent.linux.NetworkNamespace;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Which addresses go along with a pod that has been moved before. */
class SourceAddressesTest {

    private static final long PROCESS = 4711;
    private static final String HEADING = "  sl  local_address rem_address   st\n";

    @TempDir Path root;

    private Path sockets;
    private SourceAddresses addresses;

    @BeforeEach
    void makeNode() throws Exception {
        sockets = root.resolve("proc/" + PROCESS + "/net/tcp");
        Files.createDirectories(sockets.getParent());
        Files.writeString(sockets, HEADING);
        addresses = new SourceAddresses(Host.at(root), new AddressReservation(root));
    }

    @Test
    void a_pod_that_was_never_moved_keeps_what_it_has() throws Exception {
        assertThat(kept("10.9.0.2", "fd00:9::2"))
                .containsExactly("10.9.0.2/24", "fd00:9:0:0:0:0:0:2/64");
    }

    @Test
    void the_address_that_the_pod_started_with_goes_along_even_while_nobody_uses_it()
            throws Exception {
        assertThat(kept("10.9.0.9", "10.9.0.2")).containsExactly("10.9.0.9/24", "10.9.0.2/24");
    }

    @Test
    void of_those_in_between_only_the_ones_that_a_socket_holds_on_to_go_along() throws Exception {
        // Connected from 10.9.0.4.
        Files.writeString(
                sockets, HEADING + "   0: 0400090A:1F90 0700090A:C350 01 00000000:00000000\n");

        assertThat(kept("10.9.0.9", "10.9.0.5", "10.9.0.4", "10.9.0.2"))
                .containsExactly("10.9.0.9/24", "10.9.0.4/24", "10.9.0.2/24");
    }

    private static LinkAddress onLink(InetAddress address) {
        return new LinkAddress(2, address, address instanceof Inet6Address ? 64 : 24);
    }

    private List<String> kept(String... texts) throws Exception {
        try (NetworkNamespace here = NetworkNamespace.ofThisProcess()) {
            LinkEnd end = new LinkEnd(here, "eth0");
            return addresses.toKeep(
                    PROCESS,
                    new PodInterface(
                            end,
                            end,
                            MacAddress.NONE,
                            Arrays.stream(texts)
                                    .map(InetAddress::ofLiteral)
                                    .map(SourceAddressesTest::onLink)
                                    .toList()));
        }
    }
}
