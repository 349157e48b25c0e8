package dev.podmigration.agent.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.testnetwork.TestNetwork;
import dev.podmigration.agent.testnetwork.TestNetwork.Node;
import dev.podmigration.agent.testnetwork.TestNetwork.Pod;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;

/** A target pod on the segment of its source, and one that is not. */
class SharedSegmentTest {

    private static final List<String> ADDRESSES = List.of("10.9.0.2/24", "fd00:9::2/64");

    private TestNetwork network;
    private Node island;
    private Pod source;
    private Pod near;
    private Pod far;

    @BeforeEach
    void createPods() throws IOException, InterruptedException {
        network = new TestNetwork();
        source = network.pod(network.node(), "10.9.0.2/24", "fd00:9::2/64");
        near = network.pod(network.node(), "10.9.0.5/24", "fd00:9::5/64");
        island = network.island();
        far = network.pod(island, "10.9.0.6/24", "fd00:9::6/64");
    }

    @AfterEach
    void removePods() throws IOException, InterruptedException {
        if (network != null) {
            network.remove();
        }
    }

    @Test
    void addresses_of_a_source_that_answers_itself_can_be_kept() {
        assertThatCode(() -> ask(near)).doesNotThrowAnyException();
    }

    @Test
    void where_nobody_answers_for_the_source_the_move_is_refused_with_a_remedy() {
        AgentFailure failure = catchThrowableOfType(AgentFailure.class, () -> ask(far));

        assertThat(failure.reason()).isEqualTo(FailureReason.AddressNotKeepable);
        assertThat(failure).hasMessageContaining("nobody answers for 10.9.0.2");
        assertThat(failure.remedy()).contains("network.address: New");
    }

    @Test
    void somebody_else_with_the_same_address_is_not_the_source() throws Exception {
        Pod other = network.pod(island, "10.9.0.2/24");

        AgentFailure failure = catchThrowableOfType(AgentFailure.class, () -> ask(far));

        assertThat(failure.reason()).isEqualTo(FailureReason.AddressNotKeepable);
        assertThat(failure).hasMessageContaining(other.mac().text());
    }

    private void ask(Pod target) throws Exception {
        SharedSegment.require(target.podEnd(), target.mac(), ADDRESSES, source.mac());
    }
}
