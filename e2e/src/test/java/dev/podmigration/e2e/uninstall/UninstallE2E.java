package dev.podmigration.e2e.uninstall;

import static dev.podmigration.e2e.lab.Lab.NODE_A;
import static dev.podmigration.e2e.lab.Lab.NODE_B;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.e2e.lab.Installation;
import dev.podmigration.e2e.lab.Lab;
import dev.podmigration.e2e.lab.Moves;
import dev.podmigration.e2e.lab.NodeInventory;
import dev.podmigration.e2e.lab.OnLab;
import dev.podmigration.e2e.lab.Playground;
import dev.podmigration.e2e.lab.TestPods;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;

/** The last one: it takes podmigration away. */
@OnLab
@Order(Integer.MAX_VALUE)
final class UninstallE2E {
    // Every place of a node that podmigration writes to, and CRI-O's own word about its runtimes.
    private static final String TRACES =
            """
            ls -d /var/lib/podmigration /run/podmigration 2>/dev/null || :
            grep -rl podmigration /etc/crio /etc/criu /etc/cni 2>/dev/null || :
            crio status config | grep podmigration || :
            nft list tables | grep podmigration || :
            """;

    @Test
    void an_uninstall_leaves_the_nodes_as_they_were(
            Playground playground, Moves moves, Installation installation) {
        playground.start(TestPods.echo("echo", NODE_A));
        String moved = Moves.targetPod(moves.succeed("echo", NODE_B));
        playground.client().pods().inNamespace(playground.namespace()).delete();
        playground.awaitGone(moved);

        installation.remove();
        for (String node : Lab.NODES) {
            await("no trace on " + node)
                    .atMost(Duration.ofMinutes(1))
                    .untilAsserted(
                            () -> assertThat(playground.lab().onNode(node, TRACES)).isEmpty());
        }
        await("nodes as they were before the installation")
                .atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(changes(playground, installation)).isEmpty());
    }

    private static List<String> changes(Playground playground, Installation installation) {
        return installation.nodesBefore().stream()
                .flatMap(
                        before ->
                                NodeInventory.of(playground.lab(), before.node())
                                        .changesSince(before)
                                        .stream())
                .toList();
    }
}
