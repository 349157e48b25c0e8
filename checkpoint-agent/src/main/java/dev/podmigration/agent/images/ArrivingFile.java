package dev.podmigration.agent.images;

import com.google.protobuf.ByteString;

import dev.podmigration.agent.linux.OpenFile;
import dev.podmigration.agent.wire.ImageFile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** One image on the target, as far as it has arrived. */
final class ArrivingFile implements AutoCloseable {
    private final OpenFile file;
    private final CRC32C crc = new CRC32C();
    private long size;

    ArrivingFile(OpenFile file) {
        this.file = file;
    }

    long size() {
        return size;
    }

    /**
     * @param buffer direct
     */
    void append(ByteString content, ByteBuffer buffer) throws IOException {
        for (ByteBuffer part : content.asReadOnlyByteBufferList()) {
            while (part.hasRemaining()) {
                int count = Math.min(buffer.capacity(), part.remaining());
                buffer.clear();
                buffer.put(part.slice(part.position(), count)).flip();
                part.position(part.position() + count);
                crc.update(buffer.duplicate());
                file.write(buffer, size);
                size += count;
            }
        }
    }

    /** All of it has arrived: gives back what the file was made longer than that. */
    void end() throws IOException {
        file.truncate(size);
    }

    boolean is(ImageFile expected) {
        return size == expected.getSize() && (int) crc.getValue() == expected.getCrc32C();
    }

    @Override
    public String toString() {
        return "%d bytes with CRC-32C %08x".formatted(size, (int) crc.getValue());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
