package dev.podmigration.agent.peer;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;

import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts or decrypts the frames of one image stream, in their order, by AES-128-GCM. The nonce is
 * the number of the frame, so that one that is lost, repeated, out of its turn or changed does not
 * open. A key serves one stream in one direction. Not thread-safe.
 */
public final class FrameCipher {

    static final int KEY_BYTES = 16;

    /** What a frame is longer by. */
    static final int TAG_BYTES = 16;

    private static final int NONCE_BYTES = 12;

    private static final int WARM_UP_FRAMES = 20_000;
    private static final int WARM_UP_BYTES = 1024;

    private final Cipher cipher;
    private final int mode;
    private final SecretKeySpec key;
    private final ByteBuffer nonce = ByteBuffer.allocate(NONCE_BYTES);
    private long frame;

    private FrameCipher(int mode, byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("a key of " + key.length + " bytes");
        }
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES/GCM", e);
        }
        this.mode = mode;
        this.key = new SecretKeySpec(key, "AES");
    }

    /**
     * Makes the JVM compile what encrypts and decrypts. It counts calls, and frames of images are
     * so large that there are few: measured on an EPYC with Java 25, the first 96 MiB in frames of
     * 256 KiB take 100 ms a MiB, all further ones 0.4 ms. As many short frames as here take about a
     * second of processor time and have the same effect.
     */
    public static void warmUp() {
        byte[] key = new byte[KEY_BYTES];
        FrameCipher sealing = sealing(key);
        FrameCipher opening = opening(key);
        ByteBuffer plain = ByteBuffer.allocate(WARM_UP_BYTES);
        ByteBuffer sealed = ByteBuffer.allocate(WARM_UP_BYTES + TAG_BYTES);
        try {
            for (int frame = 0; frame < WARM_UP_FRAMES; frame++) {
                sealing.next(plain.clear(), sealed.clear());
                opening.next(sealed.flip(), plain.clear());
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a frame that was just sealed does not open", e);
        }
    }

    static FrameCipher sealing(byte[] key) {
        return new FrameCipher(Cipher.ENCRYPT_MODE, key);
    }

    static FrameCipher opening(byte[] key) {
        return new FrameCipher(Cipher.DECRYPT_MODE, key);
    }

    /**
     * Works on the next frame.
     *
     * @param to has room for the result at its position
     * @throws GeneralSecurityException the frame to be opened is not the one that was sealed
     */
    void next(ByteBuffer from, ByteBuffer to) throws GeneralSecurityException {
        nonce.putLong(NONCE_BYTES - Long.BYTES, frame);
        frame++;
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, nonce.array()));
        cipher.doFinal(from, to);
    }
}
