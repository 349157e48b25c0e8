package dev.podmigration.e2e.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;

import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.stream.Stream;

/** What is under way cannot be changed behind its back. */
@ExtendWith(ApiServerExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusedChangesIT {
    record Row(String kind, String before, String change, String message) {}

    private static final String MIGRATION_FIXED =
            "spec cannot be changed, except that cancelled can be set to true, and"
                    + " ttlSecondsAfterFinished";
    private static final String CHECKPOINT_FIXED =
            "spec cannot be changed, except for goal, peer and (until peer is set) options,"
                    + " limits and keepAddresses";
    private static final String RESTORE_FIXED =
            "spec cannot be changed, except for goal and podUid";
    private static final String FORWARD =
            "goal moves forward only: Inspect, Prepare, Migrate, RollBack; or Inspect, Archive,"
                    + " RollBack";

    private static final String CHECKPOINT = "podName: a, podUid: u, nodeName: n1";
    private static final String PEER = ", peer: {restoreName: r, nodeName: n2, address: 'n2:8443'}";
    private static final String RESTORE =
            "podName: a, nodeName: n2, checkpointName: c, sourceNodeName: n1, containers: [main]";

    static final List<Row> REFUSED =
            List.of(
                    migration("pod: {name: b}", MIGRATION_FIXED),
                    migration("pod: {nodeName: n1}", MIGRATION_FIXED),
                    migration("pod: null, selector: {matchLabels: {a: b}}", MIGRATION_FIXED),
                    migration("group: {name: g, members: [m]}", MIGRATION_FIXED),
                    new Row(
                            "PodMigration",
                            "selector: {matchLabels: {a: b}}",
                            "selector: {matchLabels: {a: c}}",
                            MIGRATION_FIXED),
                    migration("target: {nodeName: n2}", MIGRATION_FIXED),
                    migration("target: {nodeSelector: {a: b}}", MIGRATION_FIXED),
                    migration("target: {podName: Keep}", MIGRATION_FIXED),
                    migration("strategy: Checkpoint", MIGRATION_FIXED),
                    migration("checkpoint: {shellJob: true}", MIGRATION_FIXED),
                    migration("checkpoint: {extMountMap: ['/a:/b']}", MIGRATION_FIXED),
                    migration("memory: {mode: Copy}", MIGRATION_FIXED),
                    migration("network: {address: Keep}", MIGRATION_FIXED),
                    migration("limits: {totalSeconds: 601}", MIGRATION_FIXED),
                    migration("dryRun: true", MIGRATION_FIXED),
                    migration("cancelled: true, dryRun: true", MIGRATION_FIXED),
                    new Row(
                            "PodMigration",
                            "pod: {name: a}, cancelled: true",
                            "cancelled: false",
                            "a cancelled migration stays cancelled"),
                    checkpoint("", "podName: b", CHECKPOINT_FIXED),
                    checkpoint("", "podUid: v", CHECKPOINT_FIXED),
                    checkpoint("", "podUid: null", CHECKPOINT_FIXED),
                    checkpoint("", "nodeName: n3", CHECKPOINT_FIXED),
                    checkpoint("", "containers: [a]", CHECKPOINT_FIXED),
                    checkpoint("", "group: {name: g, members: [a, b]}", CHECKPOINT_FIXED),
                    checkpoint("", "trimHeap: true", "trimHeap cannot be changed"),
                    checkpoint(
                            PEER,
                            "limits: {freezeSeconds: 11}",
                            "limits cannot be changed once peer is set"),
                    checkpoint(PEER, "peer: {address: 'n2:9'}", "peer can be set once"),
                    checkpoint(PEER, "peer: null", "peer can be set once"),
                    checkpoint(
                            PEER,
                            "keepAddresses: true",
                            "keepAddresses cannot be changed once peer is set"),
                    checkpoint(
                            PEER,
                            "options: {fileLocks: true}",
                            "options cannot be changed once peer is set"),
                    checkpoint(PEER + ", goal: Migrate", "goal: Prepare", FORWARD),
                    checkpoint(PEER + ", goal: Prepare", "goal: Inspect", FORWARD),
                    checkpoint(PEER + ", goal: RollBack", "goal: Migrate", FORWARD),
                    checkpoint(", goal: Archive", "goal: Inspect", FORWARD),
                    restore("", "podName: b", RESTORE_FIXED),
                    restore("", "nodeName: n3", RESTORE_FIXED),
                    restore("", "checkpointName: d", RESTORE_FIXED),
                    restore("", "sourceNodeName: n3", RESTORE_FIXED),
                    restore("", "containers: [main, other]", RESTORE_FIXED),
                    restore("", "address: Keep", RESTORE_FIXED),
                    restore("", "requiredMemoryBytes: 1", RESTORE_FIXED),
                    restore(", podUid: u", "podUid: v", "podUid can be set once"),
                    restore(", podUid: u", "podUid: null", "podUid can be set once"),
                    restore(
                            ", goal: Cancel",
                            "goal: Restore",
                            "a cancelled restore stays cancelled"),
                    restore("", "goal: Receive", "the goal Receive can only be the first one"),
                    restore(
                            ", goal: Receive",
                            "goal: Restore",
                            "what was received is restored when podUid tells the pod"));

    static final List<Row> ACCEPTED =
            List.of(
                    migration("cancelled: true", ""),
                    checkpoint("", "keepAddresses: true" + PEER + ", goal: Prepare", ""),
                    checkpoint("", "options: {fileLocks: true}", ""),
                    checkpoint("", "limits: {freezeSeconds: 11}", ""),
                    checkpoint("", "goal: Archive", ""),
                    checkpoint(PEER + ", goal: Prepare", "goal: Migrate", ""),
                    checkpoint(PEER + ", goal: Migrate", "goal: RollBack", ""),
                    checkpoint(", goal: Archive", "goal: RollBack", ""),
                    restore("", "podUid: u", ""),
                    restore("", "goal: Cancel", ""),
                    restore(", goal: Receive", "goal: Restore, podUid: u", ""),
                    restore(", goal: Receive", "goal: Cancel", ""),
                    // The agent may have the grant by now, and then needs the pod all the same.
                    restore(", goal: Cancel", "podUid: u", ""));

    private final Manifests manifests;

    RefusedChangesIT(ApiServer server) {
        manifests = new Manifests(server.client(), server.newNamespace("changes"));
    }

    @ParameterizedTest
    @FieldSource("REFUSED")
    void aChangeThatIsNotForeseenIsRefused(Row row) {
        var object = manifests.create(row.kind, row.before);
        assertThat(manifests.refusalOfChange(object, row.change)).contains(row.message);
    }

    @ParameterizedTest
    @FieldSource("ACCEPTED")
    void aForeseenChangeIsAccepted(Row row) {
        var object = manifests.create(row.kind, row.before);
        var changed = manifests.changeSpec(object, row.change);
        assertThat(changed.getMetadata().getGeneration())
                .isEqualTo(object.getMetadata().getGeneration() + 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "group: null",
                "group: {name: h}",
                "group: {members: [member, other, third]}"
            })
    void aGroupStaysAsItWasMade(String change) {
        var object =
                manifests.createNamed(
                        "PodCheckpoint",
                        "member",
                        CHECKPOINT + ", group: {name: g, members: [member, other]}");
        assertThat(manifests.refusalOfChange(object, change)).contains(CHECKPOINT_FIXED);
        manifests.delete(object);
    }

    private static Row migration(String change, String message) {
        return new Row("PodMigration", "pod: {name: a}", change, message);
    }

    private static Row checkpoint(String more, String change, String message) {
        return new Row("PodCheckpoint", CHECKPOINT + more, change, message);
    }

    private static Row restore(String more, String change, String message) {
        return new Row("PodRestore", RESTORE + more, change, message);
    }

    /** For the test that no rule goes without a row. */
    static Stream<String> messages() {
        return REFUSED.stream().map(Row::message);
    }
}
