package dev.podmigration.agent.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.fuzzing.Mutator;
import dev.podmigration.agent.fuzzing.Seeds;
import dev.podmigration.agent.wire.FileData;
import dev.podmigration.agent.wire.FileEnd;
import dev.podmigration.agent.wire.FileEntry;
import dev.podmigration.agent.wire.FileFrame;
import dev.podmigration.agent.wire.FileRecord;
import dev.podmigration.agent.wire.FileTime;
import dev.podmigration.agent.wire.HardLink;
import dev.podmigration.agent.wire.TreeEnd;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Whatever arrives as a frame of files: it is applied or refused, and stays in its tree. */
class FuzzedFramesTest {

    private static final int ROUNDS = 40;
    private static final int REGULAR = 0100644;
    private static final int DIRECTORY = 040755;
    private static final int LINK = 0120777;

    @TempDir Path directory;

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.podmigration.agent.fuzzing.Seeds#all")
    void a_frame_is_applied_or_refused(long seed) {
        Seeds.run(seed, this::fuzz);
    }

    private void fuzz(Mutator mutator) throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "untouched");
        Files.createSymbolicLink(root.resolve("link"), outside);
        for (int i = 0; i < ROUNDS; i++) {
            try (TreeWriter writer =
                    new TreeWriter(
                            Map.of(
                                    "tree",
                                    new TargetTree(root, Set.of(TreePath.of("b")), false)))) {
                for (FileRecord record : records(mutator)) {
                    apply(
                            writer,
                            frame(
                                    mutator,
                                    FileFrame.newBuilder().setTree("tree").addRecords(record)));
                }
            }
        }

        assertThat(outside.resolve("secret")).hasContent("untouched");
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).containsExactlyInAnyOrder(root, outside);
        }
        try (Stream<Path> left = Files.list(outside)) {
            assertThat(left).containsExactly(outside.resolve("secret"));
        }
    }

    /** Any other exception is a fault of ours. */
    private static void apply(TreeWriter writer, FileFrame frame) {
        try {
            writer.apply(frame);
            writer.endRound();
        } catch (AgentFailure | IOException refused) {
            assertThat(refused).hasMessageNotContaining("null");
        }
    }

    private static FileFrame frame(Mutator mutator, FileFrame.Builder right) {
        FileFrame frame = right.build();
        switch (mutator.random().nextInt(4)) {
            case 0 -> {
                return frame;
            }
            case 1 -> {
                return mutator.message(frame);
            }
            case 2 -> {
                return mutator.anyMessage(FileFrame.getDefaultInstance()).toBuilder()
                        .setTree("tree")
                        .build();
            }
            default -> {
                try {
                    return FileFrame.parseFrom(mutator.bytes(frame.toByteArray()));
                } catch (InvalidProtocolBufferException refused) {
                    return FileFrame.getDefaultInstance();
                }
            }
        }
    }

    /** What a source would send of a small tree. */
    private static List<FileRecord> records(Mutator mutator) {
        List<FileRecord> records = new ArrayList<>();
        byte[] content = mutator.noise(mutator.random().nextInt(200));
        CRC32C checksum = new CRC32C();
        checksum.update(content);
        records.add(entry("", DIRECTORY, 0));
        records.add(entry("a", DIRECTORY, 0));
        records.add(entry("a/file", REGULAR, content.length));
        records.add(
                FileRecord.newBuilder()
                        .setData(FileData.newBuilder().setContent(ByteString.copyFrom(content)))
                        .build());
        records.add(
                FileRecord.newBuilder()
                        .setEnd(
                                FileEnd.newBuilder()
                                        .setDataBytes(content.length)
                                        .setCrc32C((int) checksum.getValue()))
                        .build());
        records.add(
                FileRecord.newBuilder()
                        .setHardLink(
                                HardLink.newBuilder()
                                        .setPath(ByteString.copyFromUtf8("a/other"))
                                        .setExisting(ByteString.copyFromUtf8("a/file")))
                        .build());
        records.add(entry("a/to", LINK, 0));
        records.add(FileRecord.newBuilder().setRemoved(ByteString.copyFromUtf8("c")).build());
        records.add(
                FileRecord.newBuilder()
                        .setTreeEnd(
                                TreeEnd.newBuilder()
                                        .setRecords(records.size())
                                        .setDataBytes(content.length))
                        .build());
        return records;
    }

    private static FileRecord entry(String path, int mode, long size) {
        FileTime time = FileTime.newBuilder().setSeconds(1_700_000_000).setNanos(5).build();
        FileEntry.Builder entry =
                FileEntry.newBuilder()
                        .setPath(ByteString.copyFromUtf8(path))
                        .setMode(mode)
                        .setAccessed(time)
                        .setModified(time)
                        .setSize(size);
        if (mode == LINK) {
            entry.setLinkTarget(ByteString.copyFromUtf8("file"));
        }
        return FileRecord.newBuilder().setEntry(entry).build();
    }
}
