package dev.podmigration.agent.atrest;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;

import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-256-GCM over the chunks of one file. The nonce is the chunk's number and whether it is the
 * last one, so that a file with chunks cut off, repeated or in another order does not open. Not
 * thread-safe.
 */
final class ChunkCipher {

    static final int TAG_BYTES = 16;
    private static final int NONCE_BYTES = 12;

    private final Cipher cipher;
    private final SecretKey key;
    private final int mode;
    private long number;

    private ChunkCipher(SecretKey key, int mode) {
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES/GCM", e);
        }
        this.key = key;
        this.mode = mode;
    }

    static ChunkCipher sealing(SecretKey key) {
        return new ChunkCipher(key, Cipher.ENCRYPT_MODE);
    }

    static ChunkCipher opening(SecretKey key) {
        return new ChunkCipher(key, Cipher.DECRYPT_MODE);
    }

    /**
     * Works on the next chunk.
     *
     * @throws GeneralSecurityException the chunk to be opened is not the one that was sealed
     */
    byte[] next(byte[] chunk, int length, boolean last) throws GeneralSecurityException {
        byte[] nonce =
                ByteBuffer.allocate(NONCE_BYTES)
                        .putLong(number)
                        .put(NONCE_BYTES - 1, (byte) (last ? 1 : 0))
                        .array();
        number++;
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
        return cipher.doFinal(chunk, 0, length);
    }
}
