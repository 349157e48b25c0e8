package dev.podmigration.agent.peer;

import com.google.protobuf.CodedOutputStream;

import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.Welcome;
import dev.podmigration.fault.FaultPoints;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.time.Duration;

/** The source's end of an image stream. Thread-safe. */
final class ImageStreamClient implements AutoCloseable {

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);

    private final SocketChannel channel;
    private final FrameCipher cipher;
    private ByteBuffer plain = ByteBuffer.allocate(0);
    private ByteBuffer sealed = ByteBuffer.allocate(0);
    private ByteBuffer outgoing = ByteBuffer.allocateDirect(0);

    /**
     * @param host of the target's agent
     */
    ImageStreamClient(String host, Welcome welcome) throws IOException {
        this.cipher = FrameCipher.sealing(welcome.getImageKey().toByteArray());
        this.channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.socket()
                    .connect(
                            new InetSocketAddress(host, welcome.getImagePort()),
                            (int) CONNECT_LIMIT.toMillis());
            write(welcome.getImageStream().asReadOnlyByteBuffer());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Blocks while the target is slower. */
    synchronized void send(SourceMessage message) throws IOException {
        int size = message.getSerializedSize();
        int frame = size + FrameCipher.TAG_BYTES;
        if (frame > ImageStreamServer.MAX_FRAME_BYTES) {
            throw new IOException("A message of " + size + " bytes is too large");
        }
        if (plain.capacity() < size) {
            plain = ByteBuffer.allocate(size);
            sealed = ByteBuffer.allocate(frame);
            outgoing = ByteBuffer.allocateDirect(Integer.BYTES + frame);
        }
        message.writeTo(CodedOutputStream.newInstance(plain.array(), 0, size));
        sealed.clear();
        try {
            cipher.next(plain.clear().limit(size), sealed);
        } catch (GeneralSecurityException e) {
            throw new IOException("The images cannot be encrypted", e);
        }
        FaultPoints.leave("source sends sealed images", sealed.flip());
        outgoing.clear();
        write(outgoing.putInt(frame).put(sealed).flip());
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
