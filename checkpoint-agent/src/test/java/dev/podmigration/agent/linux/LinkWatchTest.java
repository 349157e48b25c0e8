package dev.podmigration.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.agent.testnetwork.TestNetwork;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;

class LinkWatchTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private TestNetwork network;
    private TestNetwork.Node node;
    private TestNetwork.Pod pod;

    @BeforeEach
    void createPod() throws IOException, InterruptedException {
        network = new TestNetwork();
        node = network.node();
        pod = network.pod(node, "10.9.0.2/24");
    }

    @AfterEach
    void removePod() throws IOException, InterruptedException {
        if (network != null) {
            network.remove();
        }
    }

    @Test
    void an_interface_that_goes_is_told_once_it_cannot_be_found_any_more() throws Exception {
        try (LinkWatch watch = LinkWatch.open(node.namespace())) {
            TestNetwork.run(node.namespace(), "ip", "link", "delete", pod.nodeEnd().name());

            assertThat(watch.await(SOON)).isTrue();
            assertThat(TestNetwork.run(node.namespace(), "ip", "-o", "link"))
                    .doesNotContain(pod.nodeEnd().name());
        }
    }

    @Test
    void where_nothing_changes_nothing_is_told() throws Exception {
        try (LinkWatch watch = LinkWatch.open(pod.namespace())) {
            assertThat(watch.await(Duration.ofMillis(200))).isFalse();
        }
    }
}
