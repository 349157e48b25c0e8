package dev.podmigration.agent.atrest;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Set;

import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * The key of one migration on one node. Each file that it seals has a key of its own, derived by
 * HKDF-SHA256 from this one and a random salt at the beginning of the file, so that no two files
 * share a nonce. Thread-safe.
 */
public final class RestKey {

    private static final int KEY_BYTES = 32;
    private static final int SALT_BYTES = 32;
    private static final byte[] PURPOSE = {'s', 'p', 'o', 'o', 'l', '1'};
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final byte[] key;

    private RestKey(byte[] key) {
        this.key = key;
    }

    /** A key that only this process knows: what it seals is lost when the process ends. */
    public static RestKey ofThisProcess() {
        return new RestKey(random(KEY_BYTES));
    }

    /**
     * The key in a file, which is made if it is not there. Whoever removes the file has destroyed
     * everything that the key has sealed.
     *
     * @param file on a file system in memory
     */
    public static RestKey keptIn(Path file) throws IOException {
        if (!Files.exists(file)) {
            try (FileChannel channel =
                    FileChannel.open(
                            file,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            OWNER_ONLY)) {
                ByteBuffer fresh = ByteBuffer.wrap(random(KEY_BYTES));
                while (fresh.hasRemaining()) {
                    channel.write(fresh);
                }
            }
        }
        return readFrom(file);
    }

    /**
     * The key in a file.
     *
     * @throws IOException also if there is none: what it has sealed is lost
     */
    public static RestKey readFrom(Path file) throws IOException {
        byte[] key = Files.readAllBytes(file);
        if (key.length != KEY_BYTES) {
            throw new IOException("A key has %d bytes, not %d".formatted(KEY_BYTES, key.length));
        }
        return new RestKey(key);
    }

    /**
     * Begins a file, in place of one that is there. It can be opened once the stream is closed. The
     * file is the owner's alone.
     */
    public OutputStream seal(Path file) throws IOException {
        // Not the old file: it may have been made with other permissions.
        Files.deleteIfExists(file);
        FileChannel channel =
                FileChannel.open(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        OWNER_ONLY);
        try {
            byte[] salt = random(SALT_BYTES);
            OutputStream out = Channels.newOutputStream(channel);
            out.write(salt);
            return new SealedOutput(out, keyOf(salt));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Reads what was sealed.
     *
     * @return throws IOException when it meets anything that was changed, moved or cut off
     */
    public InputStream open(Path file) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file), SealedOutput.CHUNK);
        try {
            byte[] salt = in.readNBytes(SALT_BYTES);
            if (salt.length != SALT_BYTES) {
                throw new IOException("A sealed file was cut off: " + file.getFileName());
            }
            return new SealedInput(in, keyOf(salt));
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    private SecretKey keyOf(byte[] salt) {
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveKey(
                            "AES",
                            HKDFParameterSpec.ofExtract()
                                    .addIKM(key)
                                    .addSalt(salt)
                                    .thenExpand(PURPOSE, KEY_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HKDF-SHA256", e);
        }
    }

    private static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return random;
    }
}
