package dev.podmigration.agent.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.address.KeptAddresses;
import dev.podmigration.agent.commit.ReceiverCommit;
import dev.podmigration.agent.commit.ReceiverRecord;
import dev.podmigration.agent.commit.RecordStore;
import dev.podmigration.agent.commit.TargetCommit;
import dev.podmigration.agent.commit.TargetRecord;
import dev.podmigration.agent.criu.CriuLogReader;
import dev.podmigration.agent.testnode.FakeSourceRecords;
import dev.podmigration.agent.testnode.TestNode;
import dev.podmigration.agent.wire.FilesDone;
import dev.podmigration.agent.wire.Hello;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestoreSpec;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Every agent has a certificate; a stream is for the one that the PodRestore names. */
class IncomingMigrationTest {

    @TempDir Path root;

    private final List<TargetMessage> replies = new ArrayList<>();
    private NodeTarget target;

    @BeforeEach
    void aNodeToWhichNoPodHasComeYet() throws Exception {
        TestNode node = new TestNode(root);
        target =
                new NodeTarget(
                        new TargetTools(
                                node.host(),
                                node.directories(),
                                node.mounts(),
                                node.cgroups(),
                                node.runtime(),
                                new CriuLogReader(),
                                node.filter(),
                                new KeptAddresses(),
                                new FakeSourceRecords(),
                                new TargetCommit(
                                        new RecordStore<>(
                                                root.resolve("records"), TargetRecord.class)),
                                new ReceiverCommit(
                                        new RecordStore<>(
                                                root.resolve("receptions"), ReceiverRecord.class)),
                                root.resolve("var/lib/kubelet")));
    }

    @Test
    void the_source_that_the_restore_names_comes_as_far_as_the_pod() {
        assertThat(greet("node-a", hello().build())).isEqualTo(FailureReason.LauncherTimeout);
    }

    @Test
    void another_node_is_refused() {
        assertThat(greet("node-c", hello().build())).isEqualTo(FailureReason.PeerRefused);
    }

    @Test
    void a_restore_of_another_time_with_the_same_name_is_refused() {
        assertThat(greet("node-a", hello().setRestoreUid("an older one").build()))
                .isEqualTo(FailureReason.PeerRefused);
    }

    @Test
    void a_restore_that_is_not_of_this_node_is_refused() {
        assertThat(greet("node-a", hello().setRestoreName("other").build()))
                .isEqualTo(FailureReason.PeerRefused);
        assertThat(greet("node-a", hello().setRestoreNamespace("other").build()))
                .isEqualTo(FailureReason.PeerRefused);
    }

    @Test
    void other_containers_are_refused() {
        assertThat(greet("node-a", hello().addContainers("more").build()))
                .isEqualTo(FailureReason.PeerRefused);
        assertThat(greet("node-a", hello().clearContainers().build()))
                .isEqualTo(FailureReason.PeerRefused);
        assertThat(
                        greet(
                                "node-a",
                                hello().clearContainers()
                                        .addContainers("sidecar")
                                        .addContainers("main")
                                        .build()))
                .isEqualTo(FailureReason.PeerRefused);
    }

    @Test
    void what_does_not_begin_with_a_greeting_is_refused() {
        assertThat(
                        send(
                                session("node-a"),
                                SourceMessage.newBuilder()
                                        .setFilesDone(FilesDone.getDefaultInstance())
                                        .build()))
                .isEqualTo(FailureReason.PeerRefused);
    }

    @Test
    void after_the_end_nothing_is_heard() throws Exception {
        IncomingMigration session = session("node-a");
        session.ended(new AgentFailure(FailureReason.StreamBroken, "gone"));

        session.receive(SourceMessage.newBuilder().setHello(hello()).build());

        assertThat(replies).isEmpty();
    }

    private FailureReason greet(String sourceNode, Hello hello) {
        FailureReason reason =
                send(session(sourceNode), SourceMessage.newBuilder().setHello(hello).build());
        assertThat(replies).isEmpty();
        return reason;
    }

    private static FailureReason send(IncomingMigration session, SourceMessage message) {
        AgentFailure refused =
                catchThrowableOfType(AgentFailure.class, () -> session.receive(message));
        return refused.reason();
    }

    private IncomingMigration session(String sourceNode) {
        return new IncomingMigration(
                target,
                (namespace, name) ->
                        Optional.of(restore())
                                .filter(_ -> namespace.equals("ns") && name.equals("restore")),
                sourceNode,
                replies::add);
    }

    private static Hello.Builder hello() {
        return Hello.newBuilder()
                .setRestoreNamespace("ns")
                .setRestoreName("restore")
                .setRestoreUid("restore-uid")
                .addContainers("main")
                .addContainers("sidecar");
    }

    private static PodRestore restore() {
        PodRestoreSpec spec = new PodRestoreSpec();
        spec.setSourceNodeName("node-a");
        spec.setPodName("app");
        spec.setPodUid(TestNode.POD);
        spec.setContainers(List.of("main", "sidecar"));
        PodRestore restore = new PodRestore();
        restore.getMetadata().setName("restore");
        restore.getMetadata().setNamespace("ns");
        restore.getMetadata().setUid("restore-uid");
        restore.setSpec(spec);
        return restore;
    }
}
