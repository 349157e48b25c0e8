package dev.podmigration.e2e.fault;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What the checks refuse would really fail: the operator is told to ignore one refusal, and the
 * same wish ends without a move. The pod lives on, because whatever fails before the commit is
 * undone. Needs the images that can be told so ({@code deploy/on-lab install --faults}).
 */
@OnLab
class IgnoredRefusalsE2E {

    /**
     * One refusal.
     *
     * @param pod what is particular about the pod
     * @param target the node that is asked for
     * @param world what is particular about the cluster: true makes it so, false takes it back
     */
    record Row(
            FailureReason reason,
            UnaryOperator<Pod> pod,
            String target,
            BiConsumer<Playground, Boolean> world) {

        @Override
        public String toString() {
            return reason.name();
        }
    }

    static Stream<Row> rows() {
        return Stream.of(
                new Row(
                        FailureReason.HostNetwork,
                        pod ->
                                new PodBuilder(pod)
                                        .editSpec()
                                        .withHostNetwork(true)
                                        .endSpec()
                                        .build(),
                        NODE_B,
                        (_, _) -> {}),
                new Row(
                        FailureReason.HostNamespaces,
                        pod -> new PodBuilder(pod).editSpec().withHostPID(true).endSpec().build(),
                        NODE_B,
                        (_, _) -> {}),
                new Row(FailureReason.NodeNotFound, pod -> pod, "node-z", (_, _) -> {}),
                new Row(
                        FailureReason.NodeCordoned,
                        pod -> pod,
                        NODE_B,
                        IgnoredRefusalsE2E::cordon));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void whatIsRefusedWouldFail(Row row, Playground playground, Moves moves) throws Exception {
        FaultyProgram operator = FaultyProgram.operator(playground.lab());
        assumeTrue(operator.canBeBroken(), "the operator is not of a build for tests");
        Pod pod = playground.start(row.pod().apply(TestPods.echo("echo", NODE_A)));
        row.world().accept(playground, true);
        try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT)) {
            moves.fail("echo", row.target(), row.reason(), spec -> {});
            operator.ignore("operator refuses " + row.reason());

            PodMigrationStatus status =
                    moves.awaitEnd(
                            moves.begin(
                                    "echo",
                                    row.target(),
                                    spec -> spec.getLimits().setTotalSeconds(60)));

            assertThat(status.getPhase())
                    .as("%s", status.getFailure())
                    .isIn(PodMigrationPhase.Failed, PodMigrationPhase.RolledBack);
            assertThat(status.getFailure()).isNotNull();
            client.expectAnswers(100);
            client.expectMemoryIntact();
        } finally {
            operator.clear();
            row.world().accept(playground, false);
        }
    }

    private static void cordon(Playground playground, boolean cordoned) {
        playground
                .client()
                .nodes()
                .withName(NODE_B)
                .edit(
                        (Node node) -> {
                            node.getSpec().setUnschedulable(cordoned ? true : null);
                            return node;
                        });
    }
}
