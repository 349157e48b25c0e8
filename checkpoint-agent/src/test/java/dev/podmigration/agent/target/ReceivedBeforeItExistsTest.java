package dev.podmigration.agent.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.address.KeptAddresses;
import dev.podmigration.agent.commit.ReceiverCommit;
import dev.podmigration.agent.commit.ReceiverRecord;
import dev.podmigration.agent.commit.ReceiverState;
import dev.podmigration.agent.commit.RecordStore;
import dev.podmigration.agent.commit.TargetCommit;
import dev.podmigration.agent.commit.TargetRecord;
import dev.podmigration.agent.criu.CriuLogReader;
import dev.podmigration.agent.host.HostTree;
import dev.podmigration.agent.launcher.RestoreMark;
import dev.podmigration.agent.peer.TargetSession;
import dev.podmigration.agent.testnode.FakeSourceRecords;
import dev.podmigration.agent.testnode.TestNode;
import dev.podmigration.agent.wire.ContainerImage;
import dev.podmigration.agent.wire.ContainerManifest;
import dev.podmigration.agent.wire.Fence;
import dev.podmigration.agent.wire.FileData;
import dev.podmigration.agent.wire.FileEntry;
import dev.podmigration.agent.wire.FileFrame;
import dev.podmigration.agent.wire.FileRecord;
import dev.podmigration.agent.wire.FilesDone;
import dev.podmigration.agent.wire.Grant;
import dev.podmigration.agent.wire.Hello;
import dev.podmigration.agent.wire.ImageFile;
import dev.podmigration.agent.wire.ImageFrame;
import dev.podmigration.agent.wire.ImageManifest;
import dev.podmigration.agent.wire.ImagePart;
import dev.podmigration.agent.wire.LogTail;
import dev.podmigration.agent.wire.Refusal;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.agent.wire.TreeEnd;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.RestoreGoal;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** A pod that keeps its name: what becomes of its memory before and after it exists. */
class ReceivedBeforeItExistsTest {

    private static final String RESTORE = "deadbeef-6a7e-4d1c-9a52-1d2c3b4a5f60";
    private static final String POD = TestNode.POD;
    private static final String LAUNCHER = "4f1c".repeat(16);
    private static final byte[] IMAGE = {1, 2, 3};
    private static final String MARKER = "the-password-of-the-database";

    @TempDir Path root;

    private final BlockingQueue<TargetMessage> replies = new LinkedBlockingQueue<>();
    private final PodRestore restore = restore();
    private final FakeSourceRecords source = new FakeSourceRecords();
    private TestNode node;
    private ReceiverCommit commit;
    private NodeTarget target;
    private TargetSession session;
    private Process launcher;

    @BeforeEach
    void startTheAgent() throws Exception {
        node = new TestNode(root);
        Files.writeString(root.resolve("proc/meminfo"), "MemAvailable: 8000000 kB\n");
        startAgain();
    }

    @AfterEach
    void endTheLauncher() {
        if (launcher != null) {
            launcher.destroyForcibly();
        }
    }

    @Test
    void theGrantIsAskedForWhenAllIsHere() throws Exception {
        begin();
        send(files(true));
        send(SourceMessage.newBuilder().setFilesDone(FilesDone.newBuilder().setRound(1)));
        fence();
        image();
        send(files(true));

        assertThat(bodies())
                .containsExactly(
                        TargetMessage.BodyCase.WELCOME,
                        TargetMessage.BodyCase.FILES_APPLIED,
                        TargetMessage.BodyCase.FENCED);
        assertThat(state()).isEqualTo(ReceiverState.RECEIVING);

        send(FilesDone.newBuilder().setRound(2).setLast(true));

        assertThat(bodies()).containsExactly(TargetMessage.BodyCase.GRANT_REQUEST);
        assertThat(state()).isEqualTo(ReceiverState.ASKED);
        assertThat(phase()).isEqualTo(PodRestorePhase.Accepted);
    }

    /** 1 GiB of images that stay until the pod runs, as much for the pod, 256 MiB besides. */
    @Test
    void aNodeNeedsTheMemoryOfAPodTwice() throws Exception {
        PodRestore large = restore();
        large.getSpec().setRequiredMemoryBytes(1L << 30);
        Files.writeString(root.resolve("proc/meminfo"), "MemAvailable: 2359295 kB\n");

        assertThatThrownBy(() -> target.accept(large, () -> {}))
                .hasMessageContaining("needs 2304 MiB on this node")
                .asInstanceOf(type(AgentFailure.class))
                .extracting(AgentFailure::reason)
                .isEqualTo(FailureReason.TargetMemoryTooSmall);
    }

    @Test
    void aTreeThatHasNotEndedIsNotComplete() throws Exception {
        begin();
        fence();
        image();
        send(files(false));

        assertThatThrownBy(() -> send(FilesDone.newBuilder().setRound(1).setLast(true)))
                .asInstanceOf(type(AgentFailure.class))
                .extracting(AgentFailure::reason)
                .isEqualTo(FailureReason.ChecksumMismatch);
        assertThat(bodies()).doesNotContain(TargetMessage.BodyCase.GRANT_REQUEST);
    }

    @Test
    void theGrantIsReportedAndOutlivesTheAgent() throws Exception {
        granted();
        assertThat(phase()).isEqualTo(PodRestorePhase.Granted);

        startAgain();

        assertThat(phase()).isEqualTo(PodRestorePhase.Granted);
        assertThat(target.state(restore).addresses()).containsExactly("10.9.0.2/16");
    }

    @Test
    void anAnswerThatIsLostIsInTheSourcesRecord() throws Exception {
        asked();
        source.grant();

        session.ended(new AgentFailure(FailureReason.StreamBroken, "as the test wants it"));

        await().until(() -> phase() == PodRestorePhase.Granted);
    }

    @Test
    void anAgentThatCameUpAgainAsksTheSourcesRecord() throws Exception {
        asked();
        source.grant();
        startAgain();

        assertThat(phase()).isEqualTo(PodRestorePhase.Granted);
    }

    @Test
    void withoutAnAnswerItGivesUpWhileTheSourceIsStillThere() throws Exception {
        asked();
        startAgain();

        assertThat(phase()).isEqualTo(PodRestorePhase.Cancelled);
    }

    @Test
    void aRefusalEndsIt() throws Exception {
        asked();
        send(
                SourceMessage.newBuilder()
                        .setRefusal(Refusal.newBuilder().setReason("it was rolled back")));

        assertThat(phase()).isEqualTo(PodRestorePhase.Cancelled);
        assertThat(target.state(restore).failure().orElseThrow().reason())
                .isEqualTo(FailureReason.GrantRefused);
    }

    @Test
    void aStreamThatBreaksInTheFreezeEndsIt() throws Exception {
        begin();
        fence();
        image();

        session.ended(new AgentFailure(FailureReason.StreamBroken, "as the test wants it"));

        assertThat(phase()).isEqualTo(PodRestorePhase.Cancelled);
        assertThat(target.state(restore).failure().orElseThrow().reason())
                .isEqualTo(FailureReason.StreamBroken);
    }

    @Test
    void beforeTheFreezeAnotherStreamSendsEverythingAgain() throws Exception {
        begin();
        send(files(false));
        session.ended(new AgentFailure(FailureReason.StreamBroken, "as the test wants it"));

        asked();

        assertThat(state()).isEqualTo(ReceiverState.ASKED);
    }

    @Test
    void aStreamThatIsPlayedAgainIsRefused() throws Exception {
        begin();
        fence();
        assertRefusedAgain();

        image();
        send(files(true));
        send(FilesDone.newBuilder().setRound(1).setLast(true));
        assertRefusedAgain();

        send(SourceMessage.newBuilder().setGrant(Grant.getDefaultInstance()));
        assertRefusedAgain();
        assertThat(phase()).isEqualTo(PodRestorePhase.Granted);
    }

    private void assertRefusedAgain() {
        TargetSession again =
                target.open((namespace, name) -> Optional.of(restore), "node-a", replies::add);
        assertThatThrownBy(
                        () -> again.receive(SourceMessage.newBuilder().setHello(hello()).build()))
                .asInstanceOf(type(AgentFailure.class))
                .extracting(AgentFailure::reason)
                .isEqualTo(FailureReason.AlreadyMigrating);
    }

    @Test
    void aSourceThatDoesNotKnowOfItIsRefused() throws Exception {
        target.accept(restore, () -> {});
        session = target.open((namespace, name) -> Optional.of(restore), "node-a", replies::add);

        assertThatThrownBy(() -> send(hello().setGrantsOnArrival(false)))
                .asInstanceOf(type(AgentFailure.class))
                .extracting(AgentFailure::reason)
                .isEqualTo(FailureReason.OptionNotSupported);
    }

    @Test
    void whatAnAgentHadNotReceivedCompletelyIsGivenUp() throws Exception {
        begin();
        fence();

        startAgain();

        assertThat(phase()).isEqualTo(PodRestorePhase.Cancelled);
    }

    @Test
    void aRestartOfTheNodeBeforeTheAnswerGivesUp() throws Exception {
        asked();
        restartTheNode();

        assertThat(phase()).isEqualTo(PodRestorePhase.Cancelled);
    }

    @Test
    void aGoalToCancelCountsOnlyBeforeTheGrant() throws Exception {
        asked();
        target.cancel(restore);
        assertThat(phase()).isEqualTo(PodRestorePhase.Cancelled);
    }

    @Test
    void aGoalToCancelIsTooLateAfterTheGrant() throws Exception {
        granted();
        target.cancel(restore);
        assertThat(phase()).isEqualTo(PodRestorePhase.Granted);
    }

    @Test
    void aPodWhoseMemoryIsLostStartsAnewAndSaysWhy() throws Exception {
        granted();
        restartTheNode();
        assertThat(phase()).isEqualTo(PodRestorePhase.Granted);

        bind();

        await().atMost(Duration.ofSeconds(20))
                .until(() -> RestoreMark.COMMITTED.isSet(node.directories(), POD));
        await().until(() -> phase() == PodRestorePhase.StartedAnew);
        assertThat(target.state(restore).failure().orElseThrow())
                .satisfies(
                        failure -> {
                            assertThat(failure.reason()).isEqualTo(FailureReason.RestoreFailed);
                            assertThat(failure.getMessage())
                                    .contains("without its memory", "node was restarted");
                        });
        assertThat(target.state(restore).addresses()).isEmpty();
    }

    /** This node has no sandbox to restore anything in. */
    @Test
    void aPodThatCannotBeRestoredThreeTimesStartsAnew() throws Exception {
        granted();
        bind();
        arm();

        await().atMost(Duration.ofSeconds(20))
                .until(() -> RestoreMark.COMMITTED.isSet(node.directories(), POD));
        assertThat(commit.record(RESTORE).orElseThrow().attempts()).isEqualTo(3);
        await().untilAsserted(
                        () ->
                                assertThat(
                                                target.state(restore)
                                                        .failure()
                                                        .map(AgentFailure::getMessage))
                                        .hasValueSatisfying(
                                                message ->
                                                        assertThat(message)
                                                                .contains(
                                                                        "3 attempts",
                                                                        "no sandbox")));
        assertThat(Files.readString(orders())).as("the launcher is let go").contains("cancel");
    }

    @Test
    void nothingIsLeftOfWhatNoPodCameFor() throws Exception {
        granted();

        target.forget(restore);

        assertThat(commit.all()).isEmpty();
        assertThat(root.resolve("run/podmigration/restores/" + RESTORE)).doesNotExist();
        assertThat(node.directories().restoreRecord(RESTORE)).doesNotExist();
    }

    @Test
    void aPodThatIsForgottenBeforeItWasRestoredMayStart() throws Exception {
        node.run(Map.of("main", List.of()));
        granted();
        bind();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> Files.isSymbolicLink(node.directories().restoresLink(POD)));

        target.forget(restore);

        assertThat(RestoreMark.COMMITTED.isSet(node.directories(), POD)).isTrue();
        assertThat(Files.isSymbolicLink(node.directories().restoresLink(POD))).isFalse();
        node.runtime().remove(POD);
        await().atMost(Duration.ofSeconds(20)).until(() -> commit.all().isEmpty());
    }

    @Test
    void nothingThatIsKeptOnTheDiskIsLegible() throws Exception {
        begin();
        send(content(MARKER));
        send(
                SourceMessage.newBuilder()
                        .setLog(
                                LogTail.newBuilder()
                                        .setContainer("main")
                                        .setData(ByteString.copyFromUtf8(MARKER))));
        fence();
        image();
        send(files(true));
        send(FilesDone.newBuilder().setRound(1).setLast(true));

        List<Path> kept = filesBelow(node.directories().restoreRecord(RESTORE));
        assertThat(kept)
                .extracting(file -> file.getFileName().toString())
                .containsExactlyInAnyOrder("hello", "log-main", "tree-root-main");
        for (Path file : kept) {
            assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                    .as("%s", file)
                    .doesNotContain(MARKER)
                    .doesNotContain("127.0.0.1:1");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
        assertThat(filesBelow(root.resolve("var"))).as("the key").noneMatch(this::isKey);
        assertThat(filesBelow(root.resolve("run"))).filteredOn(this::isKey).hasSize(1);
    }

    @Test
    void theKeyIsThrownAwayWithTheMemory() throws Exception {
        granted();

        target.forget(restore);

        assertThat(filesBelow(root)).noneMatch(this::isKey);
    }

    private boolean isKey(Path file) {
        return file.endsWith("key");
    }

    private static List<Path> filesBelow(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
    }

    private static SourceMessage.Builder content(String text) {
        return SourceMessage.newBuilder()
                .setFile(
                        FileFrame.newBuilder()
                                .setTree("root/main")
                                .addRecords(
                                        FileRecord.newBuilder()
                                                .setData(
                                                        FileData.newBuilder()
                                                                .setContent(
                                                                        ByteString.copyFromUtf8(
                                                                                text)))));
    }

    private void startAgain() throws Exception {
        commit =
                new ReceiverCommit(
                        new RecordStore<>(root.resolve("receptions"), ReceiverRecord.class));
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
                                source,
                                new TargetCommit(
                                        new RecordStore<>(
                                                root.resolve("restores"), TargetRecord.class)),
                                commit,
                                root.resolve("var/lib/kubelet")));
        target.recover(Set.of(), () -> {});
    }

    /** Everything on a tmpfs is gone. */
    private void restartTheNode() throws Exception {
        HostTree.delete(root.resolve("run/podmigration/restores"));
        startAgain();
    }

    private void begin() throws Exception {
        target.accept(restore, () -> {});
        session = target.open((namespace, name) -> Optional.of(restore), "node-a", replies::add);
        send(hello());
    }

    private void asked() throws Exception {
        begin();
        fence();
        image();
        send(files(true));
        send(FilesDone.newBuilder().setRound(1).setLast(true));
    }

    private void granted() throws Exception {
        asked();
        send(SourceMessage.newBuilder().setGrant(Grant.getDefaultInstance()));
    }

    private void bind() throws Exception {
        restore.getSpec().setPodUid(POD);
        restore.getSpec().setGoal(RestoreGoal.Restore);
        target.bind(restore, () -> {});
    }

    /** As the launcher does it, behind the link of the pod. */
    private void arm() throws Exception {
        Path directory = node.directories().restore(POD, "main");
        await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(directory));
        launcher = new ProcessBuilder("sleep", "60").start();
        Files.createDirectories(root.resolve("proc/" + launcher.pid()));
        Files.writeString(root.resolve("proc/" + launcher.pid() + "/cmdline"), LAUNCHER);
        Files.createFile(orders());
        Files.createSymbolicLink(directory.resolve("go." + LAUNCHER), orders());
        Files.writeString(directory.resolve(".armed"), "/bundle\n" + launcher.pid() + "\n");
        Files.move(directory.resolve(".armed"), directory.resolve("armed." + LAUNCHER));
    }

    private Path orders() {
        return root.resolve("orders");
    }

    private static Hello.Builder hello() {
        return Hello.newBuilder()
                .setCheckpointUid("c1")
                .setRestoreNamespace("shop")
                .setRestoreName("move")
                .setRestoreUid(RESTORE)
                .setSourceAddress("127.0.0.1:1")
                .setGrantsOnArrival(true)
                .addContainers("main");
    }

    private void send(Hello.Builder hello) throws AgentFailure {
        send(SourceMessage.newBuilder().setHello(hello));
    }

    private void send(FilesDone.Builder done) throws AgentFailure {
        send(SourceMessage.newBuilder().setFilesDone(done));
    }

    private void send(SourceMessage.Builder message) throws AgentFailure {
        session.receive(message.build());
    }

    private void fence() throws AgentFailure {
        send(SourceMessage.newBuilder().setFence(Fence.newBuilder().addAddresses("10.9.0.2/16")));
    }

    private void image() throws AgentFailure {
        CRC32C checksum = new CRC32C();
        checksum.update(IMAGE);
        send(
                SourceMessage.newBuilder()
                        .setImage(
                                ContainerImage.newBuilder()
                                        .setContainer("main")
                                        .setFrame(
                                                ImageFrame.newBuilder()
                                                        .addParts(
                                                                ImagePart.newBuilder()
                                                                        .setName("pages-1.img")
                                                                        .setContent(
                                                                                ByteString.copyFrom(
                                                                                        IMAGE))))));
        send(
                SourceMessage.newBuilder()
                        .setManifest(
                                ContainerManifest.newBuilder()
                                        .setContainer("main")
                                        .setManifest(
                                                ImageManifest.newBuilder()
                                                        .addFiles(
                                                                ImageFile.newBuilder()
                                                                        .setName("pages-1.img")
                                                                        .setSize(IMAGE.length)
                                                                        .setMode(0600)
                                                                        .setCrc32C(
                                                                                (int)
                                                                                        checksum
                                                                                                .getValue())))));
    }

    private static SourceMessage.Builder files(boolean ended) {
        FileFrame.Builder frame =
                FileFrame.newBuilder()
                        .setTree("root/main")
                        .addRecords(FileRecord.newBuilder().setEntry(FileEntry.newBuilder()));
        if (ended) {
            frame.addRecords(FileRecord.newBuilder().setTreeEnd(TreeEnd.getDefaultInstance()));
        }
        return SourceMessage.newBuilder().setFile(frame);
    }

    private List<TargetMessage.BodyCase> bodies() {
        List<TargetMessage> all = new ArrayList<>();
        replies.drainTo(all);
        return all.stream().map(TargetMessage::getBodyCase).toList();
    }

    private ReceiverState state() throws IOException {
        return commit.record(RESTORE).orElseThrow().state();
    }

    private PodRestorePhase phase() throws IOException {
        return target.state(restore).phase();
    }

    private static PodRestore restore() {
        PodRestore restore = new PodRestore();
        restore.setMetadata(
                new ObjectMetaBuilder()
                        .withNamespace("shop")
                        .withName("move")
                        .withUid(RESTORE)
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
