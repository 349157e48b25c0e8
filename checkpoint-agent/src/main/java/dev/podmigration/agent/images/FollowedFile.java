package dev.podmigration.agent.images;

import dev.podmigration.agent.linux.OpenDirectory;
import dev.podmigration.agent.linux.OpenFile;
import dev.podmigration.agent.wire.ImageFile;
import dev.podmigration.agent.wire.ImagePart;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** One image that CRIU is writing into a file, and how much of it was sent. */
final class FollowedFile implements AutoCloseable {
    private final SentImage image;
    private final OpenFile file;

    private FollowedFile(String name, OpenFile file) {
        this.image = new SentImage(name);
        this.file = file;
    }

    static FollowedFile open(OpenDirectory directory, String name) throws IOException {
        return new FollowedFile(name, directory.read(name.getBytes(StandardCharsets.UTF_8)));
    }

    long sent() {
        return image.bytes();
    }

    /**
     * The next part, of exactly this length: the caller knows that the file has it.
     *
     * @param content as in {@link SentImage#part}
     */
    ImagePart next(int length, ByteBuffer buffer, byte[] content) throws IOException {
        buffer.clear().limit(length);
        while (buffer.hasRemaining()) {
            if (file.read(buffer, image.bytes() + buffer.position()) == 0) {
                throw new EOFException(
                        "image "
                                + image.name()
                                + " became shorter than "
                                + (image.bytes() + length));
            }
        }
        return image.part(buffer.flip(), content);
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
        return image.isSame(position, again);
    }

    ImageFile manifest() throws IOException {
        return image.manifest(file.status().permissions());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
