package dev.podmigration.agent.files;

import com.google.protobuf.UnsafeByteOperations;

import dev.podmigration.agent.linux.DataRange;
import dev.podmigration.agent.linux.FileStatus;
import dev.podmigration.agent.linux.OpenDirectory;
import dev.podmigration.agent.linux.OpenFile;
import dev.podmigration.agent.wire.FileData;
import dev.podmigration.agent.wire.FileEnd;
import dev.podmigration.agent.wire.FileRecord;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/** Reads regular files, data only: holes stay holes. Not thread-safe. */
final class FileReader {
    /** One stretch of data in one frame. */
    private static final int CHUNK_BYTES = 1 << 20;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK_BYTES);

    /** What reading a file to its end found. */
    record Content(long dataBytes, int crc32c, long sum) {}

    @FunctionalInterface
    private interface Chunks {
        void take(long offset, ByteBuffer data) throws IOException;
    }

    /** Sends entry, data and end. */
    Content send(
            OpenDirectory directory,
            OpenFile file,
            FileStatus status,
            TreePath path,
            FrameBatch out)
            throws IOException {
        out.add(
                FileRecords.of(
                        FileRecords.entry(path, status, directory.path(path.name()))
                                .setSize(status.size())));
        Content content =
                read(
                        file,
                        status.size(),
                        (offset, data) -> {
                            // The frame lives on in the stream's buffers, so it needs memory of its
                            // own.
                            byte[] copy = new byte[data.remaining()];
                            data.get(copy);
                            out.add(
                                    FileRecord.newBuilder()
                                            .setData(
                                                    FileData.newBuilder()
                                                            .setOffset(offset)
                                                            .setContent(
                                                                    UnsafeByteOperations.unsafeWrap(
                                                                            copy)))
                                            .build());
                        });
        out.add(
                FileRecord.newBuilder()
                        .setEnd(
                                FileEnd.newBuilder()
                                        .setDataBytes(content.dataBytes)
                                        .setCrc32C(content.crc32c))
                        .build());
        return content;
    }

    /** Reads without sending, for {@link Content#sum}. */
    Content read(OpenFile file, long size) throws IOException {
        return read(file, size, (offset, data) -> {});
    }

    /**
     * Reads at most {@code size} bytes: the target makes the file that long, whatever is appended
     * meanwhile.
     */
    private Content read(OpenFile file, long size, Chunks chunks) throws IOException {
        CRC32C crc32c = new CRC32C();
        CRC32 crc32 = new CRC32();
        long dataBytes = 0;
        long position = 0;
        while (position < size) {
            Optional<DataRange> range = file.dataFrom(position);
            if (range.isEmpty()) {
                break;
            }
            position = range.get().offset();
            long end = Math.min(size, position + range.get().length());
            while (position < end) {
                buffer.clear().limit((int) Math.min(CHUNK_BYTES, end - position));
                if (file.read(buffer, position) == 0) {
                    return content(dataBytes, crc32c, crc32); // cut off meanwhile
                }
                buffer.flip();
                crc32c.update(buffer.duplicate());
                crc32.update(buffer.duplicate());
                int count = buffer.remaining();
                chunks.take(position, buffer);
                position += count;
                dataBytes += count;
            }
        }
        return content(dataBytes, crc32c, crc32);
    }

    /**
     * Two checksums side by side: with one of 32 bits, one change in four thousand million would go
     * unseen.
     */
    private static Content content(long dataBytes, CRC32C crc32c, CRC32 crc32) {
        int first = (int) crc32c.getValue();
        return new Content(dataBytes, first, ((long) first << 32) | crc32.getValue());
    }
}
