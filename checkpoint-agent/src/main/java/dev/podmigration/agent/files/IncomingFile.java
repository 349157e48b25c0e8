package dev.podmigration.agent.files;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.linux.OpenFile;
import dev.podmigration.agent.wire.FileData;
import dev.podmigration.agent.wire.FileEnd;
import dev.podmigration.agent.wire.FileEntry;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** A regular file whose content is arriving. */
final class IncomingFile implements AutoCloseable {
    private final TreePath path;
    private final FileEntry entry;
    private final OpenFile file;
    private final ByteBuffer buffer;
    private final CRC32C crc = new CRC32C();
    private long dataBytes;
    private long position;

    /**
     * @param buffer direct, of the caller: one for all files
     */
    IncomingFile(TreePath path, FileEntry entry, OpenFile file, ByteBuffer buffer) {
        this.path = path;
        this.entry = entry;
        this.file = file;
        this.buffer = buffer;
    }

    TreePath path() {
        return path;
    }

    FileEntry entry() {
        return entry;
    }

    void write(FileData data) throws IOException, AgentFailure {
        int length = data.getContent().size();
        boolean inOrder = data.getOffset() >= position;
        boolean inside = data.getOffset() >= 0 && data.getOffset() <= entry.getSize() - length;
        if (!inOrder || !inside) {
            throw Malformed.record(
                    "data at "
                            + data.getOffset()
                            + " of "
                            + path
                            + " overlaps or lies behind its end");
        }
        ByteBuffer content = data.getContent().asReadOnlyByteBuffer();
        position = data.getOffset();
        while (content.hasRemaining()) {
            int count = Math.min(buffer.capacity(), content.remaining());
            buffer.clear();
            buffer.put(content.slice(content.position(), count)).flip();
            content.position(content.position() + count);
            crc.update(buffer.duplicate());
            file.write(buffer, position);
            position += count;
        }
        dataBytes += length;
    }

    void finish(FileEnd end) throws IOException, AgentFailure {
        if (end.getDataBytes() != dataBytes || end.getCrc32C() != (int) crc.getValue()) {
            throw new AgentFailure(
                    FailureReason.ChecksumMismatch,
                    "File %s: %d bytes with CRC-32C %08x were sent, %d bytes with %08x arrived"
                            .formatted(
                                    path,
                                    end.getDataBytes(),
                                    end.getCrc32C(),
                                    dataBytes,
                                    (int) crc.getValue()));
        }
        file.truncate(entry.getSize());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
