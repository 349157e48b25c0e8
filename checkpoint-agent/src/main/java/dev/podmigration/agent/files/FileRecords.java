package dev.podmigration.agent.files;

import com.google.protobuf.ByteString;

import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.ExtendedAttributes;
import dev.podmigration.agent.linux.FileStatus;
import dev.podmigration.agent.wire.FileAttribute;
import dev.podmigration.agent.wire.FileEntry;
import dev.podmigration.agent.wire.FileRecord;
import dev.podmigration.agent.wire.FileTime;
import dev.podmigration.agent.wire.HardLink;
import dev.podmigration.agent.wire.TreeEnd;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/** Makes records out of what the kernel says of a file. */
final class FileRecords {
    private FileRecords() {}

    /**
     * @param file a path at which the attributes can be read without following a link
     */
    static FileEntry.Builder entry(TreePath path, FileStatus status, Path file)
            throws ErrnoException {
        FileEntry.Builder entry =
                FileEntry.newBuilder()
                        .setPath(path.wire())
                        .setMode(status.mode())
                        .setOwner(status.owner())
                        .setGroup(status.group())
                        .setAccessed(time(status.accessed()))
                        .setModified(time(status.modified()));
        for (Map.Entry<String, byte[]> attribute : ExtendedAttributes.read(file).entrySet()) {
            if (!SecurityLabels.isLabel(attribute.getKey())) {
                entry.addAttributes(
                        FileAttribute.newBuilder()
                                .setName(
                                        ByteString.copyFrom(
                                                attribute.getKey(), StandardCharsets.ISO_8859_1))
                                .setValue(ByteString.copyFrom(attribute.getValue())));
            }
        }
        return entry;
    }

    static FileRecord of(FileEntry.Builder entry) {
        return FileRecord.newBuilder().setEntry(entry).build();
    }

    static FileRecord removed(TreePath path) {
        return FileRecord.newBuilder().setRemoved(path.wire()).build();
    }

    static FileRecord hardLink(TreePath path, TreePath existing) {
        return FileRecord.newBuilder()
                .setHardLink(
                        HardLink.newBuilder().setPath(path.wire()).setExisting(existing.wire()))
                .build();
    }

    static FileRecord end(TreeTotals totals) {
        return FileRecord.newBuilder()
                .setTreeEnd(
                        TreeEnd.newBuilder()
                                .setRecords(totals.records())
                                .setDataBytes(totals.dataBytes()))
                .build();
    }

    private static FileTime time(Instant instant) {
        return FileTime.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }
}
