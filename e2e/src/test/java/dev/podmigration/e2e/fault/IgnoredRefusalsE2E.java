package dev.podmigration.e2e.fault;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.AddressMode;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationSpec;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.PodNameMode;
import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.readiness.Readiness;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What the checks refuse would really fail: the operator is told to ignore one refusal, and the
 * same wish ends without a move, or with something that nobody wants. The pod lives on where
 * whatever fails before the commit is undone. Needs the images that can be told so ({@code
 * deploy/on-lab install --faults}).
 */
@OnLab
@Tag("faults")
@Order(12)
class IgnoredRefusalsE2E {

    /** What the operator waits for in vain here must end before an agent that stands is killed. */
    private static final int TOTAL_SECONDS = 40;

    /**
     * One refusal.
     *
     * @param target the node that is asked for
     * @param wish what else is asked for
     * @param place what is particular about the pod and the cluster
     */
    record Row(
            FailureReason reason,
            String target,
            Consumer<PodMigrationSpec> wish,
            UnfitPlace place) {

        Row(FailureReason reason, UnfitPlace place) {
            this(reason, NODE_B, _ -> {}, place);
        }

        @Override
        public String toString() {
            return reason.name();
        }
    }

    static Stream<Row> rows() {
        return Stream.of(
                new Row(FailureReason.HostNetwork, UnfitPlace.HOST_NETWORK),
                new Row(FailureReason.HostNamespaces, UnfitPlace.HOST_PROCESSES),
                new Row(FailureReason.NodeNotFound, "node-z", _ -> {}, UnfitPlace.NONE),
                new Row(FailureReason.NodeCordoned, UnfitPlace.CORDONED),
                new Row(FailureReason.NoProvedAgent, UnfitPlace.SILENT_AGENT),
                new Row(FailureReason.HostPathVolume, UnfitPlace.HOST_PATH),
                new Row(FailureReason.VolumeNotMovable, UnfitPlace.LOCAL_VOLUME),
                new Row(FailureReason.CheckpointNotSupported, UnfitPlace.OTHER_RUNTIME),
                new Row(
                        FailureReason.AddressNotKeepable,
                        NODE_B,
                        spec -> spec.getNetwork().setAddress(AddressMode.Keep),
                        UnfitPlace.OTHER_NETWORK));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void whatIsRefusedWouldFail(Row row, Playground playground, Moves moves) throws Exception {
        FaultyProgram operator = FaultyProgram.operator(playground.lab());
        row.place().before(playground);
        try {
            Pod pod = playground.start(row.place().pod(TestPods.echo("echo", NODE_A)));
            row.place().begin(playground);
            try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT)) {
                String refusal =
                        message(moves.fail("echo", row.target(), row.reason(), row.wish()));
                operator.ignore("operator refuses " + row.reason());

                PodMigrationStatus status =
                        moves.awaitEnd(moves.begin("echo", row.target(), impatient(row.wish())));

                System.out.printf("%s, ignored: %s%n", row, status.getFailure());
                assertThat(status.getPhase())
                        .as("%s", status.getFailure())
                        .isIn(PodMigrationPhase.Failed, PodMigrationPhase.RolledBack);
                assertThat(message(status))
                        .as("the same check would only have been asked twice")
                        .isNotEqualTo(refusal);
                client.expectAnswers(100);
                client.expectMemoryIntact();
            }
            playground.client().pods().inNamespace(playground.namespace()).delete();
            playground.awaitGone("echo");
        } finally {
            operator.clear();
            row.place().end(playground);
        }
    }

    private static String message(PodMigrationStatus status) {
        return Objects.requireNonNull(status.getFailure(), "failure").getMessage();
    }

    private static Consumer<PodMigrationSpec> impatient(Consumer<PodMigrationSpec> wish) {
        return spec -> {
            wish.accept(spec);
            spec.getLimits().setTotalSeconds(TOTAL_SECONDS);
        };
    }

    /**
     * The agents move such a pod, and its owner makes another one all the same; a ReplicaSet even
     * deletes the one that was moved.
     */
    @ParameterizedTest
    @EnumSource(Owned.class)
    void whatIsRefusedWouldBeMadeAnewByItsOwner(Owned owned, Playground playground, Moves moves) {
        FaultyProgram operator = FaultyProgram.operator(playground.lab());
        playground.client().resource(owned.owner(playground.namespace())).create();
        await("the pod of the owner")
                .atMost(Duration.ofSeconds(30))
                .until(() -> pods(playground).size() == 1);
        String name = pods(playground).getFirst().getMetadata().getName();
        Pod source = playground.awaitReady(name);
        String uid = source.getMetadata().getUid();
        String target = Lab.otherNode(source.getSpec().getNodeName());
        Consumer<PodMigrationSpec> wish =
                spec -> {
                    if (owned.reason() == FailureReason.PodNameNotKeepable) {
                        spec.getTarget().setPodName(PodNameMode.Keep);
                    }
                };
        try {
            moves.fail(name, target, owned.reason(), wish);
            operator.ignore("operator refuses " + owned.reason());

            moves.begin(name, target, wish);

            await("a pod that the owner has made in place of the one that moved")
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> pods(playground).stream().anyMatch(pod -> isMadeAnew(pod, uid)));
        } finally {
            operator.clear();
            playground.client().resource(owned.owner(playground.namespace())).delete();
            playground.client().pods().inNamespace(playground.namespace()).delete();
        }
    }

    /** Neither the source nor a pod that the operator has made. */
    private static boolean isMadeAnew(Pod pod, String sourceUid) {
        return Readiness.isPodReady(pod)
                && !pod.getMetadata().getUid().equals(sourceUid)
                && !"true".equals(pod.getMetadata().getLabels().get("podmigration.dev/restored"));
    }

    private static List<Pod> pods(Playground playground) {
        return playground.client().pods().inNamespace(playground.namespace()).list().getItems();
    }
}
