package dev.podmigration.e2e.failure;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.e2e.client.EchoClient;
import dev.podmigration.e2e.lab.FaultyRuntime;
import dev.podmigration.e2e.lab.KubectlSession;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Pause;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;
import dev.podmigration.e2e.workload.EchoServer;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What holds on to a pod from outside, while it is frozen for longer than anybody would like. */
@OnLab
@Order(6)
final class LongFreezeE2E {

    private static final Duration FREEZE = Duration.ofSeconds(8);
    private static final Duration SOON = Duration.ofSeconds(30);

    /** Of the shell that somebody has open in the pod. */
    private static final String ANSWER = "while read line; do echo \"heard $line\"; done";

    @Test
    void a_pod_that_is_rolled_back_has_lost_nothing_and_moves_again_at_once(
            Playground playground, Moves moves) throws IOException {
        Pod pod = playground.start(probed("echo"));
        String process = playground.process("echo");
        String cgroups = cgroups(playground, process);
        try (EchoClient client = EchoClient.connect(pod.getStatus().getPodIP(), ECHO_PORT);
                KubectlSession log = playground.session("logs", "--follow", "echo");
                KubectlSession exec =
                        playground.session("exec", "--stdin", "echo", "--", "sh", "-c", ANSWER)) {
            client.expectAnswers(100);
            exec.say("before");
            exec.awaitLines("an answer", lines -> lines.contains("heard before"));

            PodMigrationStatus undone = frozenThenCancelled(playground, moves);

            exec.say("after");
            exec.awaitLines("an answer", lines -> lines.contains("heard after"));
            String again = moves.begin("echo", NODE_B, spec -> {});
            client.expectAnswers(100);
            int ticks = ticks(log.lines());
            log.awaitLines("the next tick", lines -> ticks(lines) > ticks);
            assertThat(undone.getFindings())
                    .filteredOn(finding -> finding.getReason() == FailureReason.OpenSession)
                    .extracting(Finding::getMessage)
                    .as("warnings of open sessions")
                    .anyMatch(message -> message.contains("exec"));
            assertThat(playground.process("echo")).isEqualTo(process);
            assertThat(cgroups(playground, process)).isEqualTo(cgroups);
            Pod same = playground.pod("echo");
            assertThat(same.getStatus().getPodIP()).isEqualTo(pod.getStatus().getPodIP());
            assertThat(restarts(same)).isZero();

            PodMigrationStatus moved = moves.awaitEnd(again);
            assertThat(moved.getPhase())
                    .as("%s", moved.getFailure())
                    .isEqualTo(PodMigrationPhase.Succeeded);
            client.expectAnswers(100);
            client.expectMemoryIntact();
            assertThat(restarts(playground.awaitReady(Moves.targetPod(moved)))).isZero();
            await("what holds on to the source to end with it")
                    .atMost(SOON)
                    .until(() -> exec.hasEnded() && log.hasEnded());
        }
    }

    private static PodMigrationStatus frozenThenCancelled(Playground playground, Moves moves) {
        try (FaultyRuntime runtime = FaultyRuntime.on(playground.lab(), NODE_B).hold()) {
            String migration =
                    moves.begin("echo", NODE_B, spec -> spec.getLimits().setFreezeSeconds(60));
            runtime.awaitRestore();
            Pause.of(FREEZE);
            moves.cancel(migration);
            PodMigrationStatus status = moves.awaitEnd(migration);
            assertThat(status.getPhase())
                    .as("%s", status.getFailure())
                    .isEqualTo(PodMigrationPhase.Cancelled);
            assertThat(status.getFreeze()).isNotNull();
            return status;
        }
    }

    /** Asked every second, by a program in it and by HTTP, and patient enough for the freeze. */
    private static Pod probed(String name) {
        return new PodBuilder(TestPods.echo(name, NODE_A))
                .editSpec()
                .editFirstContainer()
                .withNewLivenessProbe()
                .withNewExec()
                .withCommand("true")
                .endExec()
                .withPeriodSeconds(1)
                .withTimeoutSeconds(1)
                .withFailureThreshold(60)
                .endLivenessProbe()
                .endContainer()
                .endSpec()
                .build();
    }

    private static int ticks(List<String> lines) {
        return (int) lines.stream().filter(line -> line.startsWith(EchoServer.TICK)).count();
    }

    private static String cgroups(Playground playground, String process) {
        return playground.lab().onNode(NODE_A, "cat \"/proc/$1/cgroup\"", process);
    }

    private static int restarts(Pod pod) {
        return pod.getStatus().getContainerStatuses().getFirst().getRestartCount();
    }
}
