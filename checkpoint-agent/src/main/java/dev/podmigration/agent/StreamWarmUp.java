package dev.podmigration.agent;

import dev.podmigration.agent.images.ImageFiles;
import dev.podmigration.agent.images.ImageRoom;
import dev.podmigration.agent.images.ImageTail;
import dev.podmigration.agent.images.ImageWriter;
import dev.podmigration.agent.peer.FrameCipher;
import dev.podmigration.agent.peer.Identity;
import dev.podmigration.agent.peer.PeerClient;
import dev.podmigration.agent.peer.PeerHandler;
import dev.podmigration.agent.peer.PeerServer;
import dev.podmigration.agent.peer.TargetLink;
import dev.podmigration.agent.peer.TargetSession;
import dev.podmigration.agent.wire.ContainerImage;
import dev.podmigration.agent.wire.ContainerManifest;
import dev.podmigration.agent.wire.GrantRequest;
import dev.podmigration.agent.wire.Hello;
import dev.podmigration.agent.wire.OutcomeReply;
import dev.podmigration.agent.wire.OutcomeRequest;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.agent.wire.Welcome;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Sends images to this agent itself, as a migration does: followed while they are written, through
 * mutual TLS, checked and put together. A JVM that does so for the first time loads classes and
 * interprets them, and a pod would stand still meanwhile: measured with 128 MiB of live heap, what
 * was left to send after CRIU's dump took 850 ms in the first two migrations of an agent and 220 ms
 * afterwards.
 */
final class StreamWarmUp {

    private static final Logger LOG = LoggerFactory.getLogger(StreamWarmUp.class);

    /** Small enough for any node's memory, large enough for the compiler to see loops. */
    private static final int IMAGE_BYTES = 32 << 20;

    private static final int ROUNDS = 8;
    private static final int SMALL_FILES = 40;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Identity identity;
    private final String node;
    private final Path sent;
    private final Path received;

    /**
     * @param node whose certificate {@code identity} is
     * @param directory on a tmpfs; two directories are made in it and removed
     */
    StreamWarmUp(Identity identity, String node, Path directory) {
        this.identity = identity;
        this.node = node;
        this.sent = directory.resolve("warm-up-sent");
        this.received = directory.resolve("warm-up-received");
    }

    /** Nothing depends on it but the length of the first freezes, so a failure is only logged. */
    void run() throws InterruptedException {
        long began = System.nanoTime();
        try (PeerServer server = PeerServer.onLoopback(identity, new Images(received))) {
            remove();
            FrameCipher.warmUp();
            LOG.info("Warmed up the cipher of images in {} ms", millisSince(began));
            List<Long> rounds = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                long start = System.nanoTime();
                send(server.port());
                rounds.add(millisSince(start));
            }
            LOG.info(
                    "Sent {} MiB of images to itself, each {} MiB in these ms: {}",
                    ((long) ROUNDS * IMAGE_BYTES) >> 20,
                    IMAGE_BYTES >> 20,
                    rounds);
        } catch (IOException | AgentFailure e) {
            LOG.warn("The stream could not be tried; the first freezes will be longer", e);
        } finally {
            remove();
        }
    }

    private static long millisSince(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos).toMillis();
    }

    private void remove() {
        try {
            ImageFiles.delete(sent);
            ImageFiles.delete(received);
        } catch (IOException e) {
            LOG.warn("Images that nobody needs are left behind", e);
        }
    }

    private void send(int port) throws IOException, AgentFailure, InterruptedException {
        Files.createDirectories(sent);
        String address = InetAddress.getLoopbackAddress().getHostAddress() + ":" + port;
        try (TargetLink link = new PeerClient(identity).connect(node, address);
                ImageTail tail =
                        new ImageTail(
                                sent,
                                1,
                                frame -> {
                                    try {
                                        link.send(
                                                SourceMessage.newBuilder()
                                                        .setImage(
                                                                ContainerImage.newBuilder()
                                                                        .setFrame(frame))
                                                        .build());
                                    } catch (AgentFailure broken) {
                                        throw new IOException(broken.getMessage(), broken);
                                    }
                                })) {
            link.send(SourceMessage.newBuilder().setHello(Hello.getDefaultInstance()).build());
            link.await(TargetMessage.BodyCase.WELCOME, LIMIT);
            Thread writer = Thread.ofPlatform().daemon().start(() -> write(sent, tail));
            link.send(
                    SourceMessage.newBuilder()
                            .setManifest(ContainerManifest.newBuilder().setManifest(tail.run()))
                            .build());
            link.await(TargetMessage.BodyCase.GRANT_REQUEST, LIMIT);
            writer.join();
        } finally {
            ImageFiles.delete(sent);
        }
    }

    /** What CRIU writes: memory into a pipe, many small files. */
    private static void write(Path images, ImageTail tail) {
        try {
            for (int i = 0; i < SMALL_FILES; i++) {
                Files.write(images.resolve("small-" + i + ".img"), new byte[100 * i]);
            }
            ByteBuffer block = ByteBuffer.allocateDirect(1 << 20);
            try (FileChannel pages =
                    FileChannel.open(images.resolve("pages-1.img"), StandardOpenOption.WRITE)) {
                for (long written = 0; written < IMAGE_BYTES; written += block.capacity()) {
                    block.putLong(0, written).rewind();
                    while (block.hasRemaining()) {
                        pages.write(block);
                    }
                }
            }
            tail.complete();
        } catch (IOException e) {
            LOG.warn("No images to try the stream with", e);
            tail.abort();
        }
    }

    /** Puts the images of any stream into one directory. */
    private record Images(Path destination) implements PeerHandler {
        @Override
        public TargetSession open(String node, Consumer<TargetMessage> replies) {
            return new Session(destination, replies);
        }

        @Override
        public OutcomeReply outcome(String node, OutcomeRequest request) throws AgentFailure {
            throw new AgentFailure(FailureReason.PeerRefused, "Nothing was granted here");
        }
    }

    private static final class Session implements TargetSession {
        private final Path destination;
        private final Consumer<TargetMessage> replies;
        private @Nullable ImageRoom room;
        private @Nullable ImageWriter writer;

        Session(Path destination, Consumer<TargetMessage> replies) {
            this.destination = destination;
            this.replies = replies;
        }

        @Override
        public void receive(SourceMessage message) throws AgentFailure {
            try {
                if (message.hasHello()) {
                    replies.accept(
                            TargetMessage.newBuilder()
                                    .setWelcome(Welcome.getDefaultInstance())
                                    .build());
                } else if (message.hasImage()) {
                    writer().write(message.getImage().getFrame());
                } else {
                    writer().verified(message.getManifest().getManifest());
                    ImageFiles.delete(destination);
                    replies.accept(
                            TargetMessage.newBuilder()
                                    .setGrantRequest(GrantRequest.getDefaultInstance())
                                    .build());
                }
            } catch (IOException e) {
                throw AgentFailure.ofNode("The images could not be written", e);
            }
        }

        private ImageWriter writer() throws IOException {
            ImageWriter open = writer;
            if (open == null) {
                ImageRoom taken = ImageRoom.take(destination.getParent(), IMAGE_BYTES);
                room = taken;
                open = new ImageWriter(destination, 2L * IMAGE_BYTES, taken);
                writer = open;
            }
            return open;
        }

        @Override
        public void ended(AgentFailure why) {
            ImageWriter open = writer;
            if (open != null) {
                try (ImageRoom _ = room) {
                    open.close();
                } catch (IOException e) {
                    LOG.warn("After the end of a stream ({})", why.getMessage(), e);
                }
            }
        }
    }
}
