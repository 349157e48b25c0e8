package dev.podmigration.e2e.group;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.fault.FaultyProgram;
import dev.podmigration.e2e.lab.Copies;
import dev.podmigration.e2e.lab.FaultyRuntime;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;

import io.fabric8.kubernetes.api.model.Pod;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/** What the agents make of the orders for two pods that move as one. */
@OnLab
@Order(11)
final class GroupOfAgentsE2E {
    private static final int FREEZE_SECONDS = 60;

    @Test
    void two_pods_stop_together_and_go_on_together(Playground playground) throws IOException {
        Pod one = start(playground, "one", 7000);
        Pod two = start(playground, "two", 7100);
        try (EchoClient first = EchoClient.connect(one.getStatus().getPodIP(), 7000);
                EchoClient second = EchoClient.connect(two.getStatus().getPodIP(), 7100);
                AgentsGroup group =
                        AgentsGroup.prepare(playground, FREEZE_SECONDS, List.of(one, two))) {
            expectAnswers(first, second);
            group.migrate();
            group.awaitMoved();
            expectAnswers(first, second);
            expectCopies(playground, NODE_B);

            PodCheckpoint[] ends = {
                group.awaitCheckpoint(0, PodCheckpointPhase.Released),
                group.awaitCheckpoint(1, PodCheckpointPhase.Released)
            };
            assertThat(frozenAt(ends[0]))
                    .as("stopped before the other one went on")
                    .isBefore(resumedAt(ends[1]));
            assertThat(frozenAt(ends[1])).isBefore(resumedAt(ends[0]));
        }
    }

    @Test
    void nobody_is_stopped_before_all_are_told_to_go(Playground playground) throws IOException {
        Pod one = start(playground, "one", 7000);
        Pod two = start(playground, "two", 7100);
        try (EchoClient first = EchoClient.connect(one.getStatus().getPodIP(), 7000);
                EchoClient second = EchoClient.connect(two.getStatus().getPodIP(), 7100);
                AgentsGroup group =
                        AgentsGroup.prepare(playground, FREEZE_SECONDS, List.of(one, two))) {
            group.migrate(0);
            expectAnswers(first, second);

            group.rollBack(1);

            PodCheckpoint end = group.awaitCheckpoint(0, PodCheckpointPhase.RolledBack);
            expectAnswers(first, second);
            assertThat(end.getStatus().getFreeze()).as("it was never stopped").isNull();
            expectReason(end, "Pod two of the same group");
        }
    }

    @Test
    void a_restore_that_fails_takes_the_other_pod_back(Playground playground) throws IOException {
        Pod one = start(playground, "one", 7000);
        Pod two = start(playground, "two", 7100);
        try (EchoClient first = EchoClient.connect(one.getStatus().getPodIP(), 7000);
                EchoClient second = EchoClient.connect(two.getStatus().getPodIP(), 7100);
                FaultyRuntime runtime = FaultyRuntime.on(playground.lab(), NODE_B).spoil("/two/");
                AgentsGroup group =
                        AgentsGroup.prepare(playground, FREEZE_SECONDS, List.of(one, two))) {
            expectAnswers(first, second);
            group.migrate();
            group.awaitBack();
            expectAnswers(first, second);
            expectCopies(playground, NODE_A);

            // The other one may not have come that far when the group was given up.
            assertThat(runtime.restores()).isPositive();
            expectReason(
                    group.awaitCheckpoint(0, PodCheckpointPhase.RolledBack),
                    "Pod two of the same group was not moved: RestoreFailed");
        }
    }

    /** Before the one write all come back, after it none does. */
    @Tag("faults")
    @ParameterizedTest
    @CsvSource({
        "group records GRANTED, node-a",
        "group has recorded GRANTED, node-b",
        "source records GRANTED, node-b"
    })
    void an_agent_that_dies_while_it_decides_leaves_both_pods_on_one_node(
            String point, String node, Playground playground) throws IOException {
        FaultyProgram agent = FaultyProgram.agent(playground.lab(), "the source's agent", NODE_A);
        int restarts = agent.restarts();
        Pod one = start(playground, "one", 7000);
        Pod two = start(playground, "two", 7100);
        try (EchoClient first = EchoClient.connect(one.getStatus().getPodIP(), 7000);
                EchoClient second = EchoClient.connect(two.getStatus().getPodIP(), 7100);
                AgentsGroup group =
                        AgentsGroup.prepare(playground, FREEZE_SECONDS, List.of(one, two))) {
            expectAnswers(first, second);
            agent.halt(point);
            group.migrate();
            await("the agent dies")
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> agent.restarts() > restarts);
            agent.awaitReady();
            if (node.equals(NODE_B)) {
                group.awaitMoved();
            } else {
                group.awaitBack();
            }
            expectAnswers(first, second);
            expectCopies(playground, node);
        } finally {
            agent.clear();
        }
    }

    private static Pod start(Playground playground, String name, int port) {
        return playground.start(
                TestPods.pod(name, NODE_A, TestPods.echoContainer(name, port, 16, 4)));
    }

    private static void expectAnswers(EchoClient... clients) throws IOException {
        for (EchoClient client : clients) {
            client.expectAnswers(200);
            client.expectMemoryIntact();
        }
    }

    private static void expectCopies(Playground playground, String node) {
        await("both on " + node)
                .atMost(Duration.ofMinutes(1))
                .untilAsserted(
                        () ->
                                assertThat(Copies.of(playground.lab()))
                                        .filteredOn(line -> line.startsWith(node))
                                        .hasSize(2));
        if (node.equals(NODE_B)) {
            assertThat(Copies.of(playground.lab())).hasSize(2);
        }
    }

    private static void expectReason(PodCheckpoint end, String message) {
        Failure failure = Objects.requireNonNull(end.getStatus().getFailure());
        assertThat(failure.getReason()).isEqualTo(FailureReason.GroupMemberFailed);
        assertThat(failure.getMessage()).contains(message);
    }

    private static Instant frozenAt(PodCheckpoint end) {
        return Instant.parse(
                Objects.requireNonNull(
                        Objects.requireNonNull(end.getStatus().getFreeze()).getStart()));
    }

    private static Instant resumedAt(PodCheckpoint end) {
        return frozenAt(end)
                .plusMillis(
                        Objects.requireNonNull(
                                Objects.requireNonNull(end.getStatus().getFreeze())
                                        .getMilliseconds()));
    }
}
