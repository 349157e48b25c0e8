package dev.podmigration.agent.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.address.KeptAddresses;
import dev.podmigration.agent.commit.ReceiverCommit;
import dev.podmigration.agent.commit.ReceiverRecord;
import dev.podmigration.agent.commit.RecordStore;
import dev.podmigration.agent.commit.TargetCommit;
import dev.podmigration.agent.commit.TargetRecord;
import dev.podmigration.agent.criu.CriuLogReader;
import dev.podmigration.agent.images.ImageRoom;
import dev.podmigration.agent.peer.TreeNames;
import dev.podmigration.agent.testnode.FakeSourceRecords;
import dev.podmigration.agent.testnode.TestNode;
import dev.podmigration.agent.wire.FileData;
import dev.podmigration.agent.wire.FileEnd;
import dev.podmigration.agent.wire.FileEntry;
import dev.podmigration.agent.wire.FileFrame;
import dev.podmigration.agent.wire.FileRecord;
import dev.podmigration.agent.wire.ImageFile;
import dev.podmigration.agent.wire.ImageFrame;
import dev.podmigration.agent.wire.ImageManifest;
import dev.podmigration.agent.wire.ImagePart;
import dev.podmigration.agent.wire.TreeEnd;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** One container on its way into a node in a directory. */
class ContainerPlaceTest {

    private static final ByteString CONTENT = ByteString.copyFromUtf8("what it had written");
    private static final long LAUNCHER = TestNode.NOBODY;

    @TempDir Path directory;

    private Path root;
    private TestNode node;
    private ContainerPlace place;

    @BeforeEach
    void openThePlace() throws Exception {
        // As the kernel names it: open files are looked up by their names.
        root = directory.toRealPath();
        node = new TestNode(root);
        node.run(Map.of("main", List.of()));
        Files.createDirectories(root.resolve("var/lib/containers/main/merged"));
        Files.createDirectories(root.resolve("var/log/pods"));
        place =
                ContainerPlace.open(
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
                                root.resolve("var/lib/kubelet")),
                        TestNode.POD,
                        "main",
                        event -> {});
    }

    @Test
    void a_container_that_runs_holds_neither_its_images_nor_its_root() throws Exception {
        place.file(file());
        image();
        startLauncher();
        place.arm(Duration.ofSeconds(5));
        assertThat(root.resolve("var/lib/containers/main/merged/note"))
                .hasContent(CONTENT.toStringUtf8());
        assertThat(place.gate().images().resolve("pages-1.img")).exists();
        assertThat(openBelow("var/lib/containers")).isNotEmpty();

        place.tidyUp();

        assertThat(place.gate().images()).doesNotExist();
        assertThat(place.gate().work()).exists();
        assertThat(openBelow("var/lib/containers")).isEmpty();
        place.close();
    }

    @Test
    void what_waits_on_the_disk_for_a_container_is_not_legible() throws Exception {
        for (int i = 0; i < 5000; i++) {
            place.file(file());
        }

        Path spool = node.directories().restoreRecord(TestNode.POD).resolve("files-main");
        assertThat(Files.readString(spool, StandardCharsets.ISO_8859_1))
                .hasSizeGreaterThan(5000 * CONTENT.size())
                .doesNotContain(CONTENT.toStringUtf8());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(spool)))
                .isEqualTo("rw-------");
        place.close();
        assertThat(spool).doesNotExist();
    }

    /** Its key has died with the agent, and the source sends everything again. */
    @Test
    void what_an_agent_before_this_one_has_left_is_not_looked_at() throws Exception {
        Path spool = node.directories().restoreRecord(TestNode.POD).resolve("files-main");
        Files.createDirectories(spool.getParent());
        Files.writeString(spool, "sealed by a key that is lost");
        startLauncher();

        place.arm(Duration.ofSeconds(5));

        assertThat(root.resolve("var/lib/containers/main/merged")).isEmptyDirectory();
        place.close();
        assertThat(spool).doesNotExist();
    }

    /** CRI-O takes it away when the launcher ends, and the agent is still writing into it. */
    @Test
    void a_root_that_is_gone_with_its_launcher_is_no_fault_of_the_agent() throws Exception {
        startLauncher();
        place.arm(Duration.ofSeconds(5));
        Files.delete(root.resolve("var/lib/containers/main/merged"));
        assertThatThrownBy(() -> place.file(file())).isInstanceOf(IOException.class);

        Files.delete(root.resolve("proc").resolve(Long.toString(LAUNCHER)).resolve("cmdline"));

        assertThat(catchThrowableOfType(AgentFailure.class, () -> place.file(file())).reason())
                .isEqualTo(FailureReason.LauncherTimeout);
        place.close();
    }

    private void startLauncher() throws IOException {
        Path process = root.resolve("proc").resolve(Long.toString(LAUNCHER));
        Files.createDirectories(process);
        Files.writeString(process.resolve("cmdline"), "launcher\0create\0" + TestNode.id("main"));
        Files.writeString(
                place.gate().directory().resolve("armed." + TestNode.id("main")),
                "/run/containers/main/userdata\n" + LAUNCHER + "\n");
    }

    private void image() throws Exception {
        try (ImageRoom room = ImageRoom.take(place.gate().directory(), CONTENT.size())) {
            place.image(
                    ImageFrame.newBuilder()
                            .addParts(
                                    ImagePart.newBuilder()
                                            .setName("pages-1.img")
                                            .setContent(CONTENT))
                            .build(),
                    1 << 20,
                    room);
        }
        place.verify(
                ImageManifest.newBuilder()
                        .addFiles(
                                ImageFile.newBuilder()
                                        .setName("pages-1.img")
                                        .setSize(CONTENT.size())
                                        .setCrc32C(checksum())
                                        .setMode(0600))
                        .build());
    }

    private static FileFrame file() {
        return FileFrame.newBuilder()
                .setTree(TreeNames.root("main"))
                .addRecords(
                        FileRecord.newBuilder()
                                .setEntry(
                                        FileEntry.newBuilder()
                                                .setPath(ByteString.copyFromUtf8("note"))
                                                .setMode(0100644)
                                                .setSize(CONTENT.size())))
                .addRecords(
                        FileRecord.newBuilder().setData(FileData.newBuilder().setContent(CONTENT)))
                .addRecords(
                        FileRecord.newBuilder()
                                .setEnd(
                                        FileEnd.newBuilder()
                                                .setDataBytes(CONTENT.size())
                                                .setCrc32C(checksum())))
                .addRecords(
                        FileRecord.newBuilder()
                                .setTreeEnd(
                                        TreeEnd.newBuilder()
                                                .setRecords(3)
                                                .setDataBytes(CONTENT.size())))
                .build();
    }

    private static int checksum() {
        CRC32C checksum = new CRC32C();
        checksum.update(CONTENT.toString(StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8));
        return (int) checksum.getValue();
    }

    /** What this process holds open there. */
    private List<String> openBelow(String path) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .map(ContainerPlaceTest::target)
                    .filter(target -> target.startsWith(root.resolve(path).toString()))
                    .toList();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }
}
