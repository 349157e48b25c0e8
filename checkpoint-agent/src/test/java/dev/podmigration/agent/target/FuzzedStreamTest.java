package dev.podmigration.agent.target;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.address.KeptAddresses;
import dev.podmigration.agent.commit.ReceiverCommit;
import dev.podmigration.agent.commit.ReceiverRecord;
import dev.podmigration.agent.commit.ReceiverState;
import dev.podmigration.agent.commit.RecordStore;
import dev.podmigration.agent.commit.TargetCommit;
import dev.podmigration.agent.commit.TargetRecord;
import dev.podmigration.agent.criu.CriuLogReader;
import dev.podmigration.agent.fuzzing.Mutator;
import dev.podmigration.agent.fuzzing.Seeds;
import dev.podmigration.agent.peer.TargetSession;
import dev.podmigration.agent.testnode.FakeSourceRecords;
import dev.podmigration.agent.testnode.TestNode;
import dev.podmigration.agent.wire.ContainerImage;
import dev.podmigration.agent.wire.Fence;
import dev.podmigration.agent.wire.FileEntry;
import dev.podmigration.agent.wire.FileFrame;
import dev.podmigration.agent.wire.FileRecord;
import dev.podmigration.agent.wire.FilesDone;
import dev.podmigration.agent.wire.Hello;
import dev.podmigration.agent.wire.ImageFrame;
import dev.podmigration.agent.wire.ImagePart;
import dev.podmigration.agent.wire.LogTail;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.agent.wire.TreeEnd;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.RestoreGoal;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whatever the agent of a source sends, in whatever order: it is taken or refused with a reason,
 * and no pod is granted that did not come as a whole.
 */
class FuzzedStreamTest {

    private static final int STREAMS = 4;
    private static final int MESSAGES = 25;

    @TempDir Path directory;

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.podmigration.agent.fuzzing.Seeds#all")
    void a_message_is_taken_or_refused(long seed) {
        Seeds.run(seed, this::fuzz);
    }

    private void fuzz(Mutator mutator) throws Exception {
        for (int i = 0; i < STREAMS; i++) {
            Path root = Files.createDirectory(directory.resolve("node-" + i));
            TestNode node = new TestNode(root);
            Files.writeString(root.resolve("proc/meminfo"), "MemAvailable: 8000000 kB\n");
            ReceiverCommit commit =
                    new ReceiverCommit(
                            new RecordStore<>(root.resolve("receptions"), ReceiverRecord.class));
            NodeTarget target = target(node, root, commit);
            PodRestore restore = restore("deadbeef-6a7e-4d1c-9a52-1d2c3b4a5f6" + i);
            target.accept(restore, () -> {});
            List<TargetMessage> replies = new ArrayList<>();
            TargetSession session =
                    target.open((_, _) -> Optional.of(restore), "node-a", replies::add);
            send(session, SourceMessage.newBuilder().setHello(hello(restore)).build());
            for (int message = 0; message < MESSAGES; message++) {
                if (!send(session, message(mutator, restore))) {
                    break;
                }
            }

            // No image was ever announced in a manifest: nothing is complete.
            assertThat(commit.record(restore.getMetadata().getUid()).orElseThrow().state())
                    .isIn(ReceiverState.RECEIVING, ReceiverState.CANCELLED);
            assertThat(replies)
                    .extracting(TargetMessage::getBodyCase)
                    .doesNotContain(TargetMessage.BodyCase.GRANT_REQUEST);
            target.forget(restore);
            assertThat(node.directories().restoreRecord(restore.getMetadata().getUid()))
                    .doesNotExist();
        }
    }

    /** Any other exception is a fault of ours. */
    private static boolean send(TargetSession session, SourceMessage message) {
        try {
            session.receive(message);
            return true;
        } catch (AgentFailure refused) {
            assertThat(refused.getMessage()).isNotBlank();
            session.ended(refused);
            return false;
        }
    }

    private static SourceMessage message(Mutator mutator, PodRestore restore) {
        List<SourceMessage.Builder> right =
                List.of(
                        SourceMessage.newBuilder().setHello(hello(restore)),
                        SourceMessage.newBuilder()
                                .setFile(
                                        FileFrame.newBuilder()
                                                .setTree("root/main")
                                                .addRecords(
                                                        FileRecord.newBuilder()
                                                                .setEntry(FileEntry.newBuilder()))
                                                .addRecords(
                                                        FileRecord.newBuilder()
                                                                .setTreeEnd(TreeEnd.newBuilder()))),
                        SourceMessage.newBuilder().setFilesDone(FilesDone.newBuilder().setRound(1)),
                        SourceMessage.newBuilder()
                                .setLog(
                                        LogTail.newBuilder()
                                                .setContainer("main")
                                                .setData(ByteString.copyFromUtf8("line\n"))),
                        SourceMessage.newBuilder()
                                .setFence(Fence.newBuilder().addAddresses("10.9.0.2/16")),
                        SourceMessage.newBuilder()
                                .setImage(
                                        ContainerImage.newBuilder()
                                                .setContainer("main")
                                                .setFrame(
                                                        ImageFrame.newBuilder()
                                                                .addParts(
                                                                        ImagePart.newBuilder()
                                                                                .setName("a.img")
                                                                                .setContent(
                                                                                        ByteString
                                                                                                .copyFromUtf8(
                                                                                                        "x"))))));
        SourceMessage chosen = right.get(mutator.random().nextInt(right.size())).build();
        SourceMessage sent =
                switch (mutator.random().nextInt(5)) {
                    case 0 -> mutator.message(chosen);
                    case 1 -> mutator.anyMessage(SourceMessage.getDefaultInstance());
                    case 2 -> parsed(mutator.bytes(chosen.toByteArray()), chosen);
                    default -> chosen;
                };
        // An announcement and an answer to a question that was not asked are other tests' matter.
        return sent.hasManifest() || sent.hasGrant() || sent.hasRefusal() ? chosen : sent;
    }

    private static SourceMessage parsed(byte[] bytes, SourceMessage otherwise) {
        try {
            return SourceMessage.parseFrom(bytes);
        } catch (InvalidProtocolBufferException refused) {
            return otherwise;
        }
    }

    private static Hello hello(PodRestore restore) {
        return Hello.newBuilder()
                .setCheckpointUid("c1")
                .setRestoreNamespace("shop")
                .setRestoreName("move")
                .setRestoreUid(restore.getMetadata().getUid())
                .setSourceAddress("127.0.0.1:1")
                .setGrantsOnArrival(true)
                .addContainers("main")
                .build();
    }

    private static NodeTarget target(TestNode node, Path root, ReceiverCommit commit)
            throws Exception {
        return new NodeTarget(
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
                                new RecordStore<>(root.resolve("records"), TargetRecord.class)),
                        commit,
                        root.resolve("var/lib/kubelet")));
    }

    private static PodRestore restore(String uid) {
        PodRestore restore = new PodRestore();
        restore.setMetadata(
                new ObjectMetaBuilder()
                        .withNamespace("shop")
                        .withName("move")
                        .withUid(uid)
                        .build());
        restore.getSpec().setPodName("cart");
        restore.getSpec().setNodeName("node-b");
        restore.getSpec().setSourceNodeName("node-a");
        restore.getSpec().setCheckpointName("move");
        restore.getSpec().setContainers(List.of("main"));
        restore.getSpec().setGoal(RestoreGoal.Receive);
        return restore;
    }
}
