package dev.podmigration.e2e.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

import java.util.List;
import java.util.stream.Stream;

/** Contradictions are refused when they are applied, with a message that says what is wrong. */
@ExtendWith(ApiServerExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusedObjectsIT {
    /** {@code valid} is there to show that the row is refused for the one thing it changes. */
    record Row(String kind, String valid, String refused, String message) {}

    private static final String CHECKPOINT = "podName: a, nodeName: n1";
    private static final String PEER =
            ", podUid: u, peer: {restoreName: r, nodeName: n2, address: 'n2:8443'}";
    private static final String RESTORE =
            "podName: a, nodeName: n2, checkpointName: c, sourceNodeName: n1, containers: [main]";

    static final List<Row> CEL_ROWS =
            List.of(
                    policy(
                            "strategies: [Checkpoint]",
                            "strategies: [Auto]",
                            "Auto is not a strategy that a policy can allow: name those that it may"
                                    + " choose"),
                    policy(
                            "strategies: [Recreate, Checkpoint]",
                            "strategies: [Recreate, Recreate]",
                            "strategies names one twice"),
                    policy(
                            "limits: {freezeSeconds: 599}",
                            "limits: {freezeSeconds: 600}",
                            "limits.totalSeconds of a policy, 600 if absent, must be more than"
                                    + " freezeSeconds, 10 if absent"),
                    new Row(
                            "PodMigration",
                            "selector: {matchLabels: {app: a}}",
                            "selector: {matchLabels: {app: a}}, pod: {name: a}",
                            "name either one pod, or a selector for a group of pods"),
                    new Row(
                            "PodMigration",
                            "pod: {name: a}",
                            "dryRun: true",
                            "name either one pod, or a selector for a group of pods"),
                    new Row(
                            "PodMigration",
                            "selector: {matchLabels: {app: a}, nodeName: n1}, target: {nodeName:"
                                    + " n2}",
                            "selector: {matchLabels: {app: a}, nodeName: n1}, target: {nodeName:"
                                    + " n1}",
                            "target.nodeName is the node of the source"),
                    migration(
                            "target: {nodeName: n2}",
                            "target: {nodeName: n2, nodeSelector: {disk: ssd}}",
                            "target.nodeName and target.nodeSelector exclude each other"),
                    migration(
                            "network: {address: New}, checkpoint: {tcpEstablished: false}",
                            "network: {address: New}, checkpoint: {tcpEstablished: true}",
                            "checkpoint.tcpEstablished: true contradicts network.address: New,"
                                    + " connections cannot outlive their address"),
                    new Row(
                            "PodMigration",
                            "pod: {name: a, nodeName: n1}, target: {nodeName: n2}",
                            "pod: {name: a, nodeName: n1}, target: {nodeName: n1}",
                            "target.nodeName is the node of the source"),
                    new Row(
                            "PodMigration",
                            "pod: {name: a, nodeName: n1}, target: {nodeSelector:"
                                    + " {kubernetes.io/hostname: n2}}",
                            "pod: {name: a, nodeName: n1}, target: {nodeSelector:"
                                    + " {kubernetes.io/hostname: n1}}",
                            "target.nodeSelector chooses the node of the source"),
                    migration(
                            "limits: {freezeSeconds: 59, totalSeconds: 60}",
                            "limits: {freezeSeconds: 60, totalSeconds: 60}",
                            "limits.totalSeconds must be more than limits.freezeSeconds"),
                    migration(
                            "checkpoint: {extMountMap: ['/a.b:/c']}",
                            "checkpoint: {extMountMap: ['/a/../b:/c']}",
                            "extMountMap paths must not contain .."),
                    migration(
                            "checkpoint: {extMountMap: ['/a:/c', '/b:/c']}",
                            "checkpoint: {extMountMap: ['/a:/b', '/a:/c']}",
                            "extMountMap names the same path twice"),
                    checkpoint(
                            PEER + ", goal: Prepare",
                            ", podUid: u, goal: Prepare",
                            "the goals Prepare and Migrate need peer and podUid"),
                    checkpoint(
                            ", goal: Archive",
                            PEER + ", goal: Archive",
                            "the goal Archive has no peer"),
                    checkpoint(
                            ", goal: Archive, keepAddresses: false",
                            ", goal: Archive, keepAddresses: true",
                            "the goal Archive moves no addresses"),
                    checkpoint(
                            ", peer: {restoreName: r, nodeName: n2, address: 'n2:8443'}",
                            ", peer: {restoreName: r, nodeName: n1, address: 'n1:8443'}",
                            "peer.nodeName is the node of the source"),
                    new Row(
                            "PodRestore",
                            RESTORE,
                            RESTORE.replace("nodeName: n2", "nodeName: n1"),
                            "nodeName is the node of the source"));

    static final List<Row> SCHEMA_ROWS =
            List.of(
                    policy("maxParallel: 1", "maxParallel: 0", "spec.maxParallel"),
                    policy("maxParallel: 1000", "maxParallel: 1001", "spec.maxParallel"),
                    policy(
                            "limits: {totalSeconds: 86400}",
                            "limits: {totalSeconds: 86401}",
                            "spec.limits.totalSeconds"),
                    policy("strategies: [Hybrid]", "strategies: [Hop]", "spec.strategies[0]"),
                    new Row("PodMigration", "pod: {name: a}", "pod: {}", "spec.pod.name: Required"),
                    new Row(
                            "PodMigration",
                            "selector: {matchLabels: {app: a}}",
                            "selector: {}",
                            "spec.selector.matchLabels: Required"),
                    new Row(
                            "PodMigration",
                            "selector: {matchLabels: {app: a}}",
                            "selector: {matchLabels: {}}",
                            "spec.selector.matchLabels"),
                    new Row(
                            "PodMigration",
                            "selector: {matchLabels: {app: a}}",
                            "selector: {matchLabels: {app: 'a b'}}",
                            "spec.selector.matchLabels.app"),
                    new Row("PodMigration", "pod: {name: a}", "pod: {name: ''}", "spec.pod.name"),
                    new Row("PodMigration", "pod: {name: a}", "pod: {name: A_b}", "spec.pod.name"),
                    migration("strategy: Auto", "strategy: Magic", "spec.strategy"),
                    migration("memory: {mode: Copy}", "memory: {mode: Move}", "spec.memory.mode"),
                    migration(
                            "network: {address: Keep}",
                            "network: {address: Old}",
                            "spec.network.address"),
                    migration(
                            "target: {podName: Keep}",
                            "target: {podName: b}",
                            "spec.target.podName"),
                    migration(
                            "target: {nodeName: n2}",
                            "target: {nodeName: ''}",
                            "spec.target.nodeName"),
                    migration(
                            "target: {nodeSelector: {a: b}}",
                            "target: {nodeSelector: {a: b c}}",
                            "spec.target.nodeSelector.a"),
                    migration(
                            "limits: {freezeSeconds: 1}",
                            "limits: {freezeSeconds: -1}",
                            "spec.limits.freezeSeconds"),
                    migration(
                            "limits: {freezeSeconds: 600, totalSeconds: 601}",
                            "limits: {freezeSeconds: 601, totalSeconds: 602}",
                            "spec.limits.freezeSeconds"),
                    migration(
                            "limits: {freezeSeconds: 1, totalSeconds: 10}",
                            "limits: {freezeSeconds: 1, totalSeconds: 9}",
                            "spec.limits.totalSeconds"),
                    migration(
                            "limits: {totalSeconds: 86400}",
                            "limits: {totalSeconds: 86401}",
                            "spec.limits.totalSeconds"),
                    migration(
                            "checkpoint: {ghostLimitBytes: 1073741824}",
                            "checkpoint: {ghostLimitBytes: 1073741825}",
                            "spec.checkpoint.ghostLimitBytes"),
                    migration(
                            "checkpoint: {ghostLimitBytes: 0}",
                            "checkpoint: {ghostLimitBytes: -1}",
                            "spec.checkpoint.ghostLimitBytes"),
                    extMount("/a"),
                    extMount("a:b"),
                    extMount("/a:/b:/c"),
                    extMount("/a:/b c"),
                    extMount("/a:/b\\naction-script /tmp/x"),
                    extMount("/a:/b\\n"),
                    extMount("/a:/b#"),
                    extMount("/a:/b\\t"),
                    extMount("/a:/b\\\""),
                    checkpoint("", ", containers: [Main]", "spec.containers[0]"),
                    checkpoint(
                            ", containers: [a, b]",
                            ", containers: [a, a]",
                            "spec.containers[1]: Duplicate"),
                    checkpoint("", ", goal: Explode", "spec.goal"),
                    checkpoint(
                            ", limits: {freezeSeconds: 600}",
                            ", limits: {freezeSeconds: 0}",
                            "spec.limits.freezeSeconds"),
                    checkpoint(PEER, PEER.replace("n2:8443", "n2"), "spec.peer.address"),
                    checkpoint(PEER, PEER.replace("podUid: u", "podUid: ''"), "spec.podUid"),
                    new Row(
                            "PodRestore",
                            RESTORE,
                            RESTORE.replace("[main]", "[]"),
                            "spec.containers"),
                    new Row(
                            "PodRestore",
                            RESTORE,
                            RESTORE + ", requiredMemoryBytes: -1",
                            "spec.requiredMemoryBytes"),
                    new Row("PodRestore", RESTORE, RESTORE + ", address: Auto", "spec.address"),
                    new Row(
                            "PodRestore",
                            RESTORE,
                            RESTORE.replace(", checkpointName: c", ""),
                            "spec.checkpointName: Required"));

    private final Manifests manifests;

    RefusedObjectsIT(ApiServer server) {
        manifests = new Manifests(server.client(), server.newNamespace("refused"));
    }

    @ParameterizedTest
    @FieldSource({"CEL_ROWS", "SCHEMA_ROWS"})
    void aContradictionIsRefusedAndItsNeighbourIsNot(Row row) {
        manifests.create(row.kind, row.valid);
        assertThat(manifests.refusalOf(row.kind, row.refused)).contains(row.message);
    }

    @Test
    void aNameThatDoesNotFitInALabelIsRefused() {
        manifests.createNamed("PodMigration", "a".repeat(63), "pod: {name: a}");
        assertThat(manifests.refusalOfNamed("PodMigration", "a".repeat(64), "pod: {name: a}"))
                .contains("metadata.name must fit in a label: at most 63 characters");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    [b, c]    | spec.group.members of a group names its own object, too
                    [a]       | spec.group.members
                    [a, a]    | spec.group.members[1]: Duplicate
                    [a, B]    | spec.group.members[1]
                    """)
    void aGroupHasSeveralMembersAndItsOwnObjectAmongThem(String members, String message) {
        var group = CHECKPOINT + ", group: {name: g, members: %s}";
        assertThat(manifests.refusalOfNamed("PodCheckpoint", "a", group.formatted(members)))
                .contains(message);
        manifests.delete(manifests.createNamed("PodCheckpoint", "a", group.formatted("[b, a]")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    pod: {name: p}                   | [b]    | spec.group.members of a member names itself, too
                    selector: {matchLabels: {k: v}}  | [a, b] | group is for the operator, which sets it where
                    pod: {name: p}                   | []     | spec.group.members
                    pod: {name: p}                   | [a, a] | spec.group.members[1]: Duplicate
                    """)
    void aMemberMovesOnePodAndIsNamedAmongTheMembers(String what, String members, String message) {
        var group = "%s, group: {name: g, members: %s}";
        assertThat(manifests.refusalOfNamed("PodMigration", "a", group.formatted(what, members)))
                .contains(message);
        manifests.delete(
                manifests.createNamed(
                        "PodMigration", "a", group.formatted("pod: {name: p}", "[b, a]")));
    }

    private static Row migration(String valid, String refused, String message) {
        var pod = "pod: {name: a}, ";
        return new Row("PodMigration", pod + valid, pod + refused, message);
    }

    private static Row policy(String valid, String refused, String message) {
        return new Row("MigrationPolicy", valid, refused, message);
    }

    private static Row checkpoint(String valid, String refused, String message) {
        return new Row("PodCheckpoint", CHECKPOINT + valid, CHECKPOINT + refused, message);
    }

    private static Row extMount(String entry) {
        return migration(
                "checkpoint: {extMountMap: ['/a:/b']}",
                "checkpoint: {extMountMap: [\"" + entry + "\"]}",
                "spec.checkpoint.extMountMap[0]");
    }

    /** For the test that no rule goes without a row. */
    static Stream<String> messages() {
        return Stream.concat(
                CEL_ROWS.stream().map(Row::message),
                Stream.of(
                        "metadata.name must fit in a label: at most 63 characters",
                        "spec.group.members of a member names itself, too",
                        "group is for the operator, which sets it where it moves one pod of a"
                                + " group",
                        "spec.group.members of a group names its own object, too"));
    }
}
