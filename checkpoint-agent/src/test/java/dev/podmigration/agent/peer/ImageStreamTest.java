package dev.podmigration.agent.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import dev.podmigration.agent.fuzzing.Mutator;
import dev.podmigration.agent.fuzzing.Seeds;
import dev.podmigration.agent.wire.ContainerImage;
import dev.podmigration.agent.wire.ContainerManifest;
import dev.podmigration.agent.wire.ImageFrame;
import dev.podmigration.agent.wire.ImagePart;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.Welcome;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

final class ImageStreamTest {
    private static final String HOST = InetAddress.getLoopbackAddress().getHostAddress();
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Heard heard = new Heard();
    private ImageStreamServer server;
    private ImageStreamServer.Stream stream;
    private Welcome welcome;

    private static final class Heard implements ImageStreamServer.Receiver {
        private final BlockingQueue<SourceMessage> messages = new LinkedBlockingQueue<>();
        private final BlockingQueue<Exception> broken = new LinkedBlockingQueue<>();

        @Override
        public void receive(SourceMessage message) {
            try {
                // What it holds changes when this returns.
                messages.add(SourceMessage.parseFrom(message.toByteString()));
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void broken(Exception why) {
            broken.add(why);
        }
    }

    @BeforeEach
    void listen() throws IOException {
        server = new ImageStreamServer(new InetSocketAddress(HOST, 0));
        stream = server.expect(heard);
        Welcome.Builder told = Welcome.newBuilder();
        stream.describe(told);
        welcome = told.build();
    }

    @AfterEach
    void stop() throws IOException {
        stream.close();
        server.close();
    }

    @Test
    void messagesOfAllSizesArriveInTheirOrder() throws Exception {
        List<SourceMessage> sent = new ArrayList<>();
        for (int size : new int[] {0, 1, 100_000, 7, 1 << 20, 1 << 18}) {
            sent.add(image(size));
        }
        sent.add(
                SourceMessage.newBuilder()
                        .setManifest(ContainerManifest.newBuilder().setContainer("main"))
                        .build());
        try (ImageStreamClient client = new ImageStreamClient(HOST, welcome)) {
            for (SourceMessage message : sent) {
                client.send(message);
            }
            for (SourceMessage message : sent) {
                assertThat(heard.messages.poll(10, TimeUnit.SECONDS)).isEqualTo(message);
            }
        }
        assertThat(heard.broken).isEmpty();
    }

    @Test
    void nothingOfAFrameCanBeReadOnItsWay() throws Exception {
        FrameCipher sealing = FrameCipher.sealing(new byte[FrameCipher.KEY_BYTES]);
        byte[] secret = "the memory of a pod".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer sealed = ByteBuffer.allocate(secret.length + FrameCipher.TAG_BYTES);
        sealing.next(ByteBuffer.wrap(secret), sealed);
        assertThat(new String(sealed.array(), StandardCharsets.US_ASCII)).doesNotContain("memory");
    }

    @Test
    void aFrameThatWasChangedBreaksTheStream() throws Exception {
        byte[] frame = frames(1).getFirst();
        frame[frame.length - FrameCipher.TAG_BYTES - 1] ^= 1;
        expectBroken(frame);
        assertThat(heard.messages).isEmpty();
    }

    @Test
    void aFrameThatIsSentAgainBreaksTheStream() throws Exception {
        byte[] frame = frames(1).getFirst();
        expectBroken(frame, frame);
        assertThat(heard.messages).hasSize(1);
    }

    @Test
    void aFrameThatIsLeftOutBreaksTheStream() throws Exception {
        expectBroken(frames(2).getLast());
        assertThat(heard.messages).isEmpty();
    }

    @Test
    void aLengthThatNoFrameHasBreaksTheStreamBeforeAnythingIsRead() throws Exception {
        for (int length : new int[] {-1, 0, 15, ImageStreamServer.MAX_FRAME_BYTES + 1}) {
            stop();
            listen();
            expectBroken(ByteBuffer.allocate(Integer.BYTES).putInt(0, length).array());
        }
    }

    @Test
    void aConnectionThatEndsInAFrameIsBroken() throws Exception {
        byte[] frame = frames(1).getFirst();
        try (Socket socket = named()) {
            socket.getOutputStream().write(frame, 0, frame.length / 2);
        }
        assertThat(heard.broken.poll(10, TimeUnit.SECONDS)).hasMessageContaining("in the middle");
    }

    @Test
    void aConnectionThatNamesNoStreamIsClosedUnheard() throws Exception {
        try (Socket socket = new Socket(HOST, welcome.getImagePort())) {
            socket.getOutputStream().write(new byte[16]);
            socket.setSoTimeout((int) LIMIT.toMillis());
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(heard.broken).isEmpty();
    }

    @Test
    void aNameServesOneConnectionOnly() throws Exception {
        try (ImageStreamClient client = new ImageStreamClient(HOST, welcome)) {
            client.send(image(1));
            assertThat(heard.messages.poll(10, TimeUnit.SECONDS)).isNotNull();
            try (Socket second = named()) {
                second.setSoTimeout((int) LIMIT.toMillis());
                assertThat(second.getInputStream().read()).isEqualTo(-1);
            }
            client.send(image(2));
            assertThat(heard.messages.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void aTargetThatWantsNoMoreEndsTheSourcesSending() throws Exception {
        try (ImageStreamClient client = new ImageStreamClient(HOST, welcome)) {
            client.send(image(1));
            assertThat(heard.messages.poll(10, TimeUnit.SECONDS)).isNotNull();
            stream.close();
            assertThatThrownBy(
                            () -> {
                                while (true) {
                                    client.send(image(1 << 18));
                                }
                            })
                    .isInstanceOf(IOException.class);
        }
        assertThat(heard.broken).as("what the target itself has closed").isEmpty();
    }

    @Test
    void manyThatSayNothingDoNotKeepTheSourceOut() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                silent.add(new Socket(HOST, welcome.getImagePort()));
            }
            // They are thrown out after some seconds; a source that finds the door closed reports
            // it.
            await().atMost(Duration.ofSeconds(20))
                    .until(
                            () -> {
                                try (ImageStreamClient client =
                                        new ImageStreamClient(HOST, welcome)) {
                                    client.send(image(1));
                                    return heard.messages.poll(1, TimeUnit.SECONDS) != null;
                                } catch (IOException refused) {
                                    return false;
                                }
                            });
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    /** The key is right, what it seals is not. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.podmigration.agent.fuzzing.Seeds#all")
    void whateverComesAtThePortIsHeardOrBreaksTheStream(long seed) {
        Seeds.run(seed, this::fuzz);
    }

    private void fuzz(Mutator mutator) throws Exception {
        byte[] right = frames(1).getFirst();
        FrameCipher sealing = FrameCipher.sealing(welcome.getImageKey().toByteArray());
        byte[] plain = mutator.bytes(image(50).toByteArray());
        ByteBuffer sealed =
                ByteBuffer.allocate(Integer.BYTES + plain.length + FrameCipher.TAG_BYTES);
        sealed.putInt(plain.length + FrameCipher.TAG_BYTES);
        sealing.next(ByteBuffer.wrap(plain), sealed);
        byte[] sent = mutator.random().nextBoolean() ? sealed.array() : mutator.bytes(right);
        try (Socket socket = named()) {
            socket.getOutputStream().write(sent);
        } catch (SocketException refused) {
            assertThat(heard.broken.poll(10, TimeUnit.SECONDS)).isNotNull();
            return;
        }

        await().atMost(LIMIT)
                .until(
                        () ->
                                !heard.broken.isEmpty()
                                        || !heard.messages.isEmpty()
                                        || sent.length == 0);
        if (!heard.broken.isEmpty()) {
            assertThat(heard.broken.peek())
                    .isInstanceOfAny(IOException.class, GeneralSecurityException.class);
        }
    }

    private void expectBroken(byte[]... frames) throws Exception {
        try (Socket socket = named()) {
            for (byte[] frame : frames) {
                socket.getOutputStream().write(frame);
            }
            assertThat(heard.broken.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
    }

    /** A connection with the right name, for frames made by hand. */
    private Socket named() throws IOException {
        Socket socket = new Socket(HOST, welcome.getImagePort());
        welcome.getImageStream().writeTo(socket.getOutputStream());
        return socket;
    }

    /** The first frames of the stream, as a source would send them. */
    private List<byte[]> frames(int count) throws Exception {
        FrameCipher sealing = FrameCipher.sealing(welcome.getImageKey().toByteArray());
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] plain = image(100).toByteArray();
            ByteBuffer frame =
                    ByteBuffer.allocate(Integer.BYTES + plain.length + FrameCipher.TAG_BYTES);
            frame.putInt(plain.length + FrameCipher.TAG_BYTES);
            sealing.next(ByteBuffer.wrap(plain), frame);
            frames.add(frame.array());
        }
        return frames;
    }

    private static SourceMessage image(int bytes) {
        byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return SourceMessage.newBuilder()
                .setImage(
                        ContainerImage.newBuilder()
                                .setContainer("main")
                                .setFrame(
                                        ImageFrame.newBuilder()
                                                .addParts(
                                                        ImagePart.newBuilder()
                                                                .setName("pages-1.img")
                                                                .setContent(
                                                                        ByteString.copyFrom(
                                                                                content)))))
                .build();
    }
}
