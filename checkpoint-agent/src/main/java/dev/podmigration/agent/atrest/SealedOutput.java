package dev.podmigration.agent.atrest;

import java.io.IOException;
import java.io.OutputStream;
import java.security.GeneralSecurityException;

import javax.crypto.SecretKey;

/** Encrypts in chunks; the last one, which may be empty, is written when this is closed. */
final class SealedOutput extends OutputStream {

    static final int CHUNK = 1 << 16;

    private final OutputStream out;
    private final ChunkCipher cipher;
    private final byte[] chunk = new byte[CHUNK];
    private int filled;
    private boolean closed;

    SealedOutput(OutputStream out, SecretKey key) {
        this.out = out;
        this.cipher = ChunkCipher.sealing(key);
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("The sealed file is closed");
        }
        int at = offset;
        int end = offset + length;
        while (at < end) {
            if (filled == CHUNK) {
                writeChunk(false);
            }
            int part = Math.min(end - at, CHUNK - filled);
            System.arraycopy(bytes, at, chunk, filled, part);
            filled += part;
            at += part;
        }
    }

    private void writeChunk(boolean last) throws IOException {
        try {
            out.write(cipher.next(chunk, filled, last));
            filled = 0;
        } catch (GeneralSecurityException e) {
            throw new IOException("A chunk could not be encrypted", e);
        }
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            try (out) {
                writeChunk(true);
            }
        }
    }
}
