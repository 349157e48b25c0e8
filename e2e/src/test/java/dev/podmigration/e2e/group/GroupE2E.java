package dev.podmigration.e2e.group;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.GroupMember;
import dev.podmigration.api.v1alpha1.GroupSelector;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.lab.Copies;
import dev.podmigration.e2e.lab.FaultyRuntime;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Two programs with connected clients: both are moved, or both go on where they were. */
@OnLab
@Order(7)
final class GroupE2E {

    @Test
    void two_pods_move_as_one_with_their_connections(Playground playground, Moves moves)
            throws IOException {
        Pod one = playground.start(member("one"));
        Pod two = playground.start(member("two"));
        try (EchoClient first = EchoClient.connect(one.getStatus().getPodIP(), ECHO_PORT);
                EchoClient second = EchoClient.connect(two.getStatus().getPodIP(), ECHO_PORT)) {
            first.expectAnswers(100);
            second.expectAnswers(100);

            PodMigrationStatus status = moves.awaitEnd(beginGroup(moves));

            assertThat(status.getPhase())
                    .as("%s", status.getFailure())
                    .isEqualTo(PodMigrationPhase.Succeeded);
            first.expectAnswers(100);
            second.expectAnswers(100);
            first.expectMemoryIntact();
            second.expectMemoryIntact();
            assertThat(status.getMembers())
                    .extracting(GroupMember::getPodName)
                    .containsExactly("one", "two");
            for (GroupMember member : status.getMembers()) {
                assertThat(playground.pod(member.getTarget().getPodName()).getSpec().getNodeName())
                        .isEqualTo(NODE_B);
            }
            assertThat(Copies.of(playground.lab()))
                    .hasSize(2)
                    .allMatch(line -> line.startsWith(NODE_B));
            System.out.println(
                    "both silent for "
                            + status.getFreeze().getMilliseconds()
                            + " ms, longest gaps "
                            + first.gaps().longest()
                            + " and "
                            + second.gaps().longest());
        }
    }

    @Test
    void when_one_cannot_be_restored_both_go_on_where_they_were(Playground playground, Moves moves)
            throws IOException {
        Pod one = playground.start(member("one"));
        Pod two = playground.start(member("two"));
        try (EchoClient first = EchoClient.connect(one.getStatus().getPodIP(), ECHO_PORT);
                EchoClient second = EchoClient.connect(two.getStatus().getPodIP(), ECHO_PORT);
                FaultyRuntime runtime =
                        FaultyRuntime.on(playground.lab(), NODE_B).spoil("/two/images")) {
            first.expectAnswers(100);
            second.expectAnswers(100);

            PodMigrationStatus status = moves.awaitEnd(beginGroup(moves));

            assertThat(status.getPhase())
                    .as("%s", status.getFailure())
                    .isEqualTo(PodMigrationPhase.RolledBack);
            assertThat(status.getFailure().getReason()).isEqualTo(FailureReason.GroupMemberFailed);
            assertThat(status.getFailure().getMessage()).contains("Pod two ", "RestoreFailed");
            first.expectAnswers(200);
            second.expectAnswers(200);
            first.expectMemoryIntact();
            second.expectMemoryIntact();
            // The other one may not have come that far when the group was given up.
            assertThat(runtime.restores()).isPositive();
            assertThat(Copies.of(playground.lab()))
                    .hasSize(2)
                    .allMatch(line -> line.startsWith(NODE_A));
            List<Pod> pods =
                    playground
                            .client()
                            .pods()
                            .inNamespace(playground.namespace())
                            .list()
                            .getItems();
            assertThat(pods)
                    .filteredOn(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                    .extracting(pod -> pod.getMetadata().getName())
                    .containsExactlyInAnyOrder("one", "two");
        }
    }

    /** Its container has its name, so that restores can be told apart. */
    private static Pod member(String name) {
        Container container = TestPods.echoContainer(name, ECHO_PORT, 16, 4);
        Pod pod = TestPods.pod(name, NODE_A, container);
        pod.getMetadata().getLabels().put("group", "pair");
        return pod;
    }

    private static String beginGroup(Moves moves) {
        GroupSelector selector = new GroupSelector();
        selector.setMatchLabels(Map.of("group", "pair"));
        return moves.begin(
                "",
                NODE_B,
                spec -> {
                    spec.setPod(null);
                    spec.setSelector(selector);
                });
    }
}
