package dev.podmigration.e2e.restored;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.e2e.lab.KubectlSession;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;
import dev.podmigration.e2e.workload.EchoServer;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.readiness.Readiness;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

@OnLab
@Order(3)
final class RestoredPodE2E {
    private static final Duration SOON = Duration.ofSeconds(30);

    @Test
    void its_log_goes_on_where_it_was(Playground playground, Moves moves) throws Exception {
        playground.start(TestPods.echo("echo", NODE_A));
        String moved = Moves.targetPod(moves.succeed("echo", NODE_B));
        List<String> log = follow(playground, moved, 20);
        List<Long> ticks =
                log.stream()
                        .filter(line -> line.startsWith(EchoServer.TICK))
                        .map(line -> Long.parseLong(line.substring(EchoServer.TICK.length())))
                        .toList();
        for (int index = 0; index < ticks.size(); index++) {
            assertThat(ticks.get(index)).as("tick in line %d of %s", index, log).isEqualTo(index);
        }
        assertThat(log.stream().filter(line -> line.startsWith(EchoServer.STARTED))).hasSize(1);
    }

    /** Lines of kubectl logs -f: all that is there, and so many that come while it follows. */
    private static List<String> follow(Playground playground, String pod, int more)
            throws IOException {
        long wanted = playground.kubectl("logs", pod).orFail().lines().count() + more;
        try (KubectlSession log = playground.session("logs", "--follow", pod)) {
            log.awaitLines(wanted + " lines", lines -> lines.size() >= wanted);
            return log.lines();
        }
    }

    @Test
    void exec_sees_the_environment_and_the_processes(Playground playground, Moves moves) {
        Pod pod =
                new PodBuilder(TestPods.echo("echo", NODE_A))
                        .editSpec()
                        .editFirstContainer()
                        .addNewEnv()
                        .withName("GREETING")
                        .withValue("hello there")
                        .endEnv()
                        .endContainer()
                        .endSpec()
                        .build();
        playground.start(pod);
        String moved = Moves.targetPod(moves.succeed("echo", NODE_B));
        assertThat(playground.exec(moved, "sh", "-c", "echo $GREETING")).isEqualTo("hello there");
        assertThat(playground.exec(moved, "sh", "-c", "tr '\\0' ' ' </proc/1/cmdline"))
                .contains(EchoServer.class.getName());
    }

    @Test
    void probes_decide_about_it_and_a_crash_starts_it_anew(Playground playground, Moves moves) {
        playground.start(TestPods.echo("echo", NODE_A));
        String moved = Moves.targetPod(moves.succeed("echo", NODE_B));
        assertThat(restarts(playground.pod(moved))).isZero();
        // Stopped, the program answers no probe any more.
        signal(playground, moved, "STOP");
        await("a pod whose probe fails is not ready")
                .atMost(SOON)
                .until(() -> !Readiness.isPodReady(playground.pod(moved)));
        signal(playground, moved, "CONT");
        playground.awaitReady(moved);
        signal(playground, moved, "KILL");
        await("the kubelet starts a crashed container again")
                .atMost(SOON)
                .until(() -> restarts(playground.pod(moved)) == 1);
        playground.awaitReady(moved);
        assertThat(playground.kubectl("logs", moved).orFail()).contains(EchoServer.STARTED);
    }

    /** From the node, because the first process of a container takes no signal from inside. */
    private static void signal(Playground playground, String pod, String signal) {
        playground.lab().onNode(NODE_B, "kill -s \"$1\" \"$2\"", signal, playground.process(pod));
    }

    private static int restarts(Pod pod) {
        return pod.getStatus().getContainerStatuses().getFirst().getRestartCount();
    }

    @Test
    void its_processes_are_in_the_cgroups_of_their_pod(Playground playground, Moves moves) {
        playground.start(TestPods.echo("echo", NODE_A));
        String moved = Moves.targetPod(moves.succeed("echo", NODE_B));
        Pod pod = playground.pod(moved);
        String id =
                pod.getStatus()
                        .getContainerStatuses()
                        .getFirst()
                        .getContainerID()
                        .substring("cri-o://".length());
        String cgroups =
                playground
                        .lab()
                        .onNode(NODE_B, "cat \"/proc/$1/cgroup\"", playground.process(moved));
        assertThat(cgroups.lines())
                .as("cgroups of the restored process, hierarchy by hierarchy")
                .allSatisfy(
                        line ->
                                assertThat(line.replace('_', '-'))
                                        .contains("pod" + pod.getMetadata().getUid())
                                        .contains("crio-" + id));
        // An ordinary pod on the same node shows in which hierarchies a pod has cgroups.
        playground.start(TestPods.echo("ordinary", NODE_B));
        String ordinary =
                playground
                        .lab()
                        .onNode(NODE_B, "cat \"/proc/$1/cgroup\"", playground.process("ordinary"));
        assertThat(shape(cgroups)).isEqualTo(shape(ordinary));
    }

    private static List<String> shape(String cgroups) {
        return cgroups.lines()
                .map(line -> line.replaceAll("(?<=/pod)[^/]+|(?<=crio-)[0-9a-f]+", "ID"))
                .toList();
    }
}
