package dev.podmigration.agent.peer;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Listens for other agents, mutual TLS only. */
public final class PeerServer implements AutoCloseable {

    /** Bytes of a stream under way: bandwidth times delay of a 25 Gbit/s network at 5 ms. */
    static final int FLOW_CONTROL_WINDOW = 16 << 20;

    /** Frames carry at most 1 MiB of payload. */
    private static final int MAX_MESSAGE_BYTES = 4 << 20;

    private final ImageStreamServer images;
    private final Server server;

    /**
     * Listens on every address of the node. Port 0 takes a free one.
     *
     * @param port of the calls
     * @param imagePort of the connections that carry images
     */
    public PeerServer(Identity identity, int port, int imagePort, PeerHandler handler)
            throws IOException {
        this(identity, new InetSocketAddress(port), new InetSocketAddress(imagePort), handler);
    }

    private PeerServer(
            Identity identity,
            InetSocketAddress address,
            InetSocketAddress imageAddress,
            PeerHandler handler)
            throws IOException {
        images = new ImageStreamServer(imageAddress);
        server =
                NettyServerBuilder.forAddress(address, identity.serverCredentials())
                        .executor(Executors.newVirtualThreadPerTaskExecutor())
                        .intercept(new PeerNode())
                        .addService(new PeerService(handler, images))
                        .flowControlWindow(FLOW_CONTROL_WINDOW)
                        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                        .permitKeepAliveTime(5, TimeUnit.SECONDS)
                        .keepAliveTime(10, TimeUnit.SECONDS)
                        .keepAliveTimeout(5, TimeUnit.SECONDS)
                        .build()
                        .start();
    }

    /** Listens on a free port, for this machine only. */
    public static PeerServer onLoopback(Identity identity, PeerHandler handler) throws IOException {
        InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return new PeerServer(identity, free, free, handler);
    }

    public int port() {
        return server.getPort();
    }

    @Override
    public void close() throws IOException {
        images.close();
        server.shutdownNow();
    }
}
