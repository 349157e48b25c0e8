package dev.podmigration.agent.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.podmigration.agent.address.KeptAddresses;
import dev.podmigration.agent.address.PodInterface;
import dev.podmigration.agent.fence.FilterId;
import dev.podmigration.agent.fence.NftPacketFilter;
import dev.podmigration.agent.testnetwork.TestNetwork;
import dev.podmigration.agent.testnetwork.TestNetwork.Node;
import dev.podmigration.agent.testnetwork.TestNetwork.Pod;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;

/** A pod that was fenced for its restore, and does not come to it. */
class NetworkTest {

    private static final List<String> KEPT = List.of("10.9.0.7/24");

    private TestNetwork machines;
    private Node node;
    private Pod pod;
    private Network network;

    @BeforeEach
    void connectPod() throws Exception {
        machines = new TestNetwork();
        node = machines.node();
        pod = machines.pod(node, "10.9.0.2/24");
        network =
                new Network(
                        new NftPacketFilter(),
                        new KeptAddresses(),
                        new FilterId("c0ffee00-6a7e-4d1c-9a52-1d2c3b4a5f60"),
                        pod.namespace(),
                        new PodInterface(pod.podEnd(), pod.nodeEnd(), pod.mac(), List.of()));
    }

    @AfterEach
    void removePod() throws IOException, InterruptedException {
        if (network != null) {
            network.dismantle();
        }
        if (machines != null) {
            machines.remove();
        }
    }

    @Test
    void gives_back_the_addresses_of_its_source() throws Exception {
        network.fence(KEPT);
        assertThat(addresses()).contains("10.9.0.7");

        network.abandon();
        network.abandon();

        assertThat(addresses()).doesNotContain("10.9.0.7").contains("10.9.0.2");
    }

    /** The kubelet takes the network down while the agent still gives up. */
    @Test
    void has_none_to_give_back_when_its_network_is_gone() throws Exception {
        network.fence(KEPT);
        TestNetwork.run(node.namespace(), "ip", "link", "delete", pod.nodeEnd().name());

        network.abandon();
    }

    @Test
    void takes_none_after_it_was_given_up() throws Exception {
        network.abandon();

        assertThatThrownBy(() -> network.fence(KEPT)).isInstanceOf(IOException.class);
        assertThat(addresses()).doesNotContain("10.9.0.7");
    }

    private String addresses() throws Exception {
        return TestNetwork.run(pod.namespace(), "ip", "-o", "address");
    }
}
