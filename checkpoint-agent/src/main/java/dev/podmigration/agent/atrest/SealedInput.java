package dev.podmigration.agent.atrest;

import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.util.Objects;

import javax.crypto.SecretKey;

/** Decrypts what {@link SealedOutput} has written. Nothing is handed over before it is checked. */
final class SealedInput extends InputStream {

    private static final int SEALED_CHUNK = SealedOutput.CHUNK + ChunkCipher.TAG_BYTES;

    private final InputStream in;
    private final ChunkCipher cipher;
    private byte[] ahead;
    private byte[] open = new byte[0];
    private int at;
    private boolean ended;

    SealedInput(InputStream in, SecretKey key) throws IOException {
        this.in = in;
        this.cipher = ChunkCipher.opening(key);
        this.ahead = in.readNBytes(SEALED_CHUNK);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        while (at == open.length) {
            if (ended) {
                return -1;
            }
            openNext();
        }
        int part = Math.min(length, open.length - at);
        System.arraycopy(open, at, bytes, offset, part);
        at += part;
        return part;
    }

    private void openNext() throws IOException {
        byte[] chunk = ahead;
        ahead = in.readNBytes(SEALED_CHUNK);
        boolean last = ahead.length == 0;
        try {
            open = cipher.next(chunk, chunk.length, last);
            at = 0;
            ended = last;
        } catch (GeneralSecurityException e) {
            throw new IOException("A sealed file was changed, cut off, or has another key", e);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
