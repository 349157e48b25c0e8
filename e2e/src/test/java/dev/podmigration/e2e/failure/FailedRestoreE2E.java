package dev.podmigration.e2e.failure;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.Step;
import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.lab.Copies;
import dev.podmigration.e2e.lab.FaultyRuntime;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Operator;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;
import dev.podmigration.e2e.workload.EchoServer;

import io.fabric8.kubernetes.api.model.Pod;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

@OnLab
@Order(6)
final class FailedRestoreE2E {
    @Test
    void a_failed_restore_is_no_more_than_a_pause_and_the_source_goes_on(
            Playground playground, Moves moves) throws IOException {
        Pod pod = playground.start(TestPods.echo("echo", NODE_A));
        try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT);
                FaultyRuntime runtime = FaultyRuntime.on(playground.lab(), NODE_B).spoil("/")) {
            client.expectAnswers(100);
            PodMigrationStatus status =
                    moves.fail("echo", NODE_B, FailureReason.RestoreFailed, spec -> {});
            client.expectAnswers(200);
            client.expectMemoryIntact();
            assertThat(runtime.restores()).isPositive();
            assertThat(status.getPhase()).isEqualTo(PodMigrationPhase.RolledBack);
            assertThat(status.getFailure()).isNotNull();
            assertThat(status.getFailure().getLog()).as("error lines of CRIU").isNotEmpty();
            expectOnlyTheSource(playground, "echo");
        }
    }

    @Test
    void a_restore_that_hangs_is_killed_at_the_freeze_limit_and_the_source_goes_on(
            Playground playground, Moves moves) throws IOException {
        Pod pod = playground.start(TestPods.echo("echo", NODE_A));
        try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT);
                FaultyRuntime runtime = FaultyRuntime.on(playground.lab(), NODE_B).hold()) {
            client.expectAnswers(100);
            PodMigrationStatus status =
                    moves.fail(
                            "echo",
                            NODE_B,
                            FailureReason.FreezeLimitExceeded,
                            spec -> spec.getLimits().setFreezeSeconds(3));
            assertThat(runtime.underWay()).as("restores that still run").isZero();
            client.expectAnswers(200);
            client.expectMemoryIntact();
            assertThat(status.getPhase()).isEqualTo(PodMigrationPhase.RolledBack);
            assertThat(status.getSteps())
                    .as("what the freeze was spent on")
                    .extracting(Step::getName)
                    .containsSubsequence("stop", "dump", "images", "until it failed", "thaw");
            assertThat(
                            Collections.max(
                                            status.getSteps(),
                                            Comparator.comparingLong(Step::getMilliseconds))
                                    .getName())
                    .isEqualTo("until it failed");
            expectOnlyTheSource(playground, "echo");
        }
    }

    @Test
    void a_pod_whose_second_container_cannot_be_restored_goes_on_with_both(
            Playground playground, Moves moves) throws IOException {
        Pod pod =
                playground.start(
                        TestPods.pod(
                                "pair",
                                NODE_A,
                                TestPods.echoContainer("one", 7000, 16, 4),
                                TestPods.echoContainer("two", 7100, 16, 4)));
        String address = pod.getStatus().getPodIP();
        try (EchoClient one = EchoClient.connect(address, 7000);
                EchoClient two = EchoClient.connect(address, 7100);
                FaultyRuntime runtime = FaultyRuntime.on(playground.lab(), NODE_B).spoil("/two/")) {
            one.expectAnswers(100);
            two.expectAnswers(100);
            moves.fail("pair", NODE_B, FailureReason.RestoreFailed, spec -> {});
            one.expectAnswers(200);
            two.expectAnswers(200);
            assertThat(runtime.restores()).isGreaterThanOrEqualTo(2);
            assertThat(Copies.of(playground.lab())).allMatch(line -> line.startsWith(NODE_A));
        }
    }

    @Test
    void what_the_kubelet_tries_again_after_an_abort_never_becomes_a_second_copy(
            Playground playground, Moves moves) throws Exception {
        Pod pod = playground.start(TestPods.echo("echo", NODE_A));
        Operator operator = new Operator(playground.lab());
        try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT);
                FaultyRuntime runtime =
                        FaultyRuntime.on(playground.lab(), NODE_B).spoil("/").hold()) {
            client.expectAnswers(100);
            String migration =
                    moves.begin("echo", NODE_B, spec -> spec.getLimits().setFreezeSeconds(60));
            runtime.awaitRestore();
            // Nobody is there to delete the target pod: its kubelet may try as often as it wants.
            operator.away();
            try {
                runtime.release();
                client.expectAnswers(200);
                for (int look = 0; look < 25; look++) {
                    assertThat(Copies.of(playground.lab()))
                            .as("echo servers, look %d after the abort", look)
                            .allMatch(line -> line.startsWith(NODE_A));
                    Thread.sleep(1000);
                }
            } finally {
                operator.back();
            }
            assertThat(moves.awaitEnd(migration).getPhase())
                    .isEqualTo(PodMigrationPhase.RolledBack);
            client.expectAnswers(200);
            expectOnlyTheSource(playground, "echo");
        }
    }

    /** One pod, one process, on the node of the source, started once. */
    private static void expectOnlyTheSource(Playground playground, String source) {
        assertThat(Copies.of(playground.lab())).singleElement().asString().startsWith(NODE_A);
        List<Pod> pods =
                playground.client().pods().inNamespace(playground.namespace()).list().getItems();
        assertThat(pods)
                .filteredOn(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .extracting(pod -> pod.getMetadata().getName())
                .containsExactly(source);
        assertThat(playground.kubectl("logs", source).orFail().lines())
                .filteredOn(line -> line.startsWith(EchoServer.STARTED))
                .hasSize(1);
    }
}
