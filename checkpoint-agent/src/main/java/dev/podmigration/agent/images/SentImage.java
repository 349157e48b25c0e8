package dev.podmigration.agent.images;

import com.google.protobuf.UnsafeByteOperations;

import dev.podmigration.agent.wire.ImageFile;
import dev.podmigration.agent.wire.ImagePart;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** What was sent of one image, for the manifest. Not thread-safe. */
final class SentImage {
    private final String name;
    private final CRC32C crc = new CRC32C();
    private long bytes;

    SentImage(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    long bytes() {
        return bytes;
    }

    /**
     * All that remains in the buffer, as the next part.
     *
     * @param content has room for it; the part is right until this is used again
     */
    ImagePart part(ByteBuffer buffer, byte[] content) {
        int length = buffer.remaining();
        crc.update(buffer.duplicate());
        buffer.get(content, 0, length);
        ImagePart part =
                ImagePart.newBuilder()
                        .setName(name)
                        .setOffset(bytes)
                        .setContent(UnsafeByteOperations.unsafeWrap(content, 0, length))
                        .build();
        bytes += length;
        return part;
    }

    boolean isSame(long length, CRC32C checksum) {
        return length == bytes && checksum.getValue() == crc.getValue();
    }

    ImageFile manifest(int permissions) {
        return ImageFile.newBuilder()
                .setName(name)
                .setSize(bytes)
                .setCrc32C((int) crc.getValue())
                .setMode(permissions)
                .build();
    }
}
