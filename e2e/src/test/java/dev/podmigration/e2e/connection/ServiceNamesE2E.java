package dev.podmigration.e2e.connection;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;
import static dev.podmigration.e2e.lab.TestPods.ECHO_PORT;

import static org.awaitility.Awaitility.await;

import dev.podmigration.e2e.lab.CommandOutcome;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ServiceBuilder;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Map;

@OnLab
@Order(5)
final class ServiceNamesE2E {
    @Test
    void pods_reach_a_moved_pod_by_service_name_and_by_headless_name(
            Playground playground, Moves moves) {
        playground.start(TestPods.echo("server", NODE_A));
        playground.start(TestPods.echo("neighbour-a", NODE_A));
        playground.start(TestPods.echo("neighbour-b", NODE_B));
        service(playground, "by-service", null);
        service(playground, "by-headless-name", "None");
        expectAllReach(playground);
        String moved = Moves.targetPod(moves.succeed("server", NODE_B));
        expectAllReach(playground);
        // And the moved pod reaches others: through its Service, which includes itself.
        expectReach(playground, moved, "by-service");
        expectReach(playground, moved, "by-headless-name");
    }

    private static void expectAllReach(Playground playground) {
        for (String pod : new String[] {"neighbour-a", "neighbour-b"}) {
            expectReach(playground, pod, "by-service");
            expectReach(playground, pod, "by-headless-name");
        }
    }

    private static void expectReach(Playground playground, String pod, String name) {
        await(pod + " reaches " + name)
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> request(playground, pod, name).output().contains(" 204 "));
    }

    private static CommandOutcome request(Playground playground, String pod, String name) {
        return playground.kubectl(
                "exec",
                pod,
                "--",
                "timeout",
                "3",
                "bash",
                "-c",
                "exec 3<>/dev/tcp/%s/%d; printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
                        .formatted(name, ECHO_PORT + 1));
    }

    private static void service(Playground playground, String name, @Nullable String address) {
        playground
                .client()
                .resource(
                        new ServiceBuilder()
                                .withNewMetadata()
                                .withName(name)
                                .withNamespace(playground.namespace())
                                .endMetadata()
                                .withNewSpec()
                                .withClusterIP(address)
                                .withSelector(Map.of("app", "server"))
                                .addNewPort()
                                .withPort(ECHO_PORT + 1)
                                .withTargetPort(new IntOrString(ECHO_PORT + 1))
                                .endPort()
                                .endSpec()
                                .build())
                .create();
    }
}
