package dev.podmigration.agent.images;

import com.google.protobuf.UnsafeByteOperations;

import dev.podmigration.agent.linux.OpenDirectory;
import dev.podmigration.agent.linux.OpenFile;
import dev.podmigration.agent.wire.ImageFile;
import dev.podmigration.agent.wire.ImagePart;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** One image that CRIU is writing, and how much of it was sent. */
final class FollowedFile implements AutoCloseable {
    private final String name;
    private final OpenFile file;
    private final CRC32C crc = new CRC32C();
    private long sent;

    FollowedFile(String name, OpenFile file) {
        this.name = name;
        this.file = file;
    }

    static FollowedFile open(OpenDirectory directory, String name) throws IOException {
        return new FollowedFile(name, directory.read(name.getBytes(StandardCharsets.UTF_8)));
    }

    long sent() {
        return sent;
    }

    /** The next part, of exactly this length: the caller knows that the file has it. */
    ImagePart next(int length, ByteBuffer buffer) throws IOException {
        buffer.clear().limit(length);
        while (buffer.hasRemaining()) {
            if (file.read(buffer, sent + buffer.position()) == 0) {
                throw new EOFException("image " + name + " became shorter than " + (sent + length));
            }
        }
        buffer.flip();
        crc.update(buffer.duplicate());
        byte[] content = new byte[length]; // the stream keeps it, the buffer is used again
        buffer.get(content);
        ImagePart part =
                ImagePart.newBuilder()
                        .setName(name)
                        .setOffset(sent)
                        .setContent(UnsafeByteOperations.unsafeWrap(content))
                        .build();
        sent += length;
        return part;
    }

    /** Whether the file still holds what was sent of it. */
    boolean isAsSent(ByteBuffer buffer) throws IOException {
        CRC32C again = new CRC32C();
        long position = 0;
        int count;
        do {
            buffer.clear();
            count = file.read(buffer, position);
            again.update(buffer.flip());
            position += count;
        } while (count > 0);
        return position == sent && again.getValue() == crc.getValue();
    }

    ImageFile manifest() throws IOException {
        return ImageFile.newBuilder()
                .setName(name)
                .setSize(sent)
                .setCrc32C((int) crc.getValue())
                .setMode(file.status().permissions())
                .build();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
