package dev.podmigration.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.agent.testnetwork.TestNetwork;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;

class RouteNetlinkTest {
    private TestNetwork network;
    private TestNetwork.Node node;
    private TestNetwork.Pod pod;

    @BeforeEach
    void createPod() throws IOException, InterruptedException {
        network = new TestNetwork();
        node = network.node();
        pod = network.pod(node, "10.9.0.2/24", "fd00:9::2/64");
    }

    @AfterEach
    void removePod() throws IOException, InterruptedException {
        if (network != null) {
            network.remove();
        }
    }

    @Test
    void both_ends_of_a_pair_know_each_other() throws IOException, InterruptedException {
        try (RouteNetlink inPod = RouteNetlink.open(pod.namespace());
                RouteNetlink onNode = RouteNetlink.open(node.namespace())) {
            NetworkLink eth0 = link(inPod, "eth0");
            NetworkLink peer = link(onNode, pod.nodeEnd().name());
            NetworkLink bridge = link(onNode, node.bridge().name());

            assertThat(eth0.peerIndex()).hasValue(peer.index());
            assertThat(peer.peerIndex()).hasValue(eth0.index());
            assertThat(peer.bridgeIndex()).hasValue(bridge.index());
            assertThat(eth0.bridgeIndex()).isEmpty();
            assertThat(eth0.kind()).isEqualTo("veth");
            assertThat(bridge.kind()).isEqualTo("bridge");
            assertThat(eth0.mtu()).isEqualTo(1500);
            assertThat(eth0.running()).isTrue();
            assertThat(TestNetwork.run(pod.namespace(), "ip", "link", "show", "eth0"))
                    .contains("link/ether " + eth0.mac().orElseThrow());
        }
    }

    @Test
    void addresses_are_listed_with_their_prefixes() throws IOException, InterruptedException {
        try (RouteNetlink inPod = RouteNetlink.open(pod.namespace())) {
            int eth0 = link(inPod, "eth0").index();

            assertThat(inPod.addresses().stream().filter(LinkAddress::isGlobal))
                    .containsExactlyInAnyOrder(
                            address(eth0, "10.9.0.2", 24), address(eth0, "fd00:9::2", 64));
        }
    }

    @Test
    void an_address_is_added_and_removed_once() throws IOException, InterruptedException {
        try (RouteNetlink inPod = RouteNetlink.open(pod.namespace())) {
            int eth0 = link(inPod, "eth0").index();
            for (LinkAddress kept :
                    new LinkAddress[] {
                        address(eth0, "10.9.0.7", 24), address(eth0, "fd00:9::7", 64)
                    }) {
                assertThat(inPod.add(kept)).isTrue();
                assertThat(inPod.add(kept)).isFalse();
                assertThat(inPod.addresses()).contains(kept);

                assertThat(inPod.remove(kept)).isTrue();
                assertThat(inPod.remove(kept)).isFalse();
                assertThat(inPod.addresses()).doesNotContain(kept);
            }
        }
    }

    private static NetworkLink link(RouteNetlink netlink, String name) throws IOException {
        return netlink.links().stream()
                .filter(link -> link.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static LinkAddress address(int index, String address, int prefix) throws IOException {
        return new LinkAddress(index, InetAddress.ofLiteral(address), prefix);
    }
}
