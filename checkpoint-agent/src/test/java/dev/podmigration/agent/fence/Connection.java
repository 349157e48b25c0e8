package dev.podmigration.agent.fence;

import dev.podmigration.agent.testnetwork.TestNetwork.Pod;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A real TCP connection from a peer to a server socket in a pod. */
record Connection(Socket peer, Socket inPod) implements AutoCloseable {
    private static final int PORT = 7000;

    static Connection open(Pod peer, Pod pod, String podAddress)
            throws IOException, InterruptedException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral(podAddress), PORT);
        try (ServerSocket server =
                pod.namespace()
                        .call(
                                () -> {
                                    ServerSocket opened = new ServerSocket();
                                    opened.setReuseAddress(true);
                                    opened.bind(address);
                                    return opened;
                                })) {
            server.setSoTimeout(5000);
            Socket client =
                    peer.namespace()
                            .call(
                                    () -> {
                                        Socket opened = new Socket();
                                        opened.setTcpNoDelay(true);
                                        opened.connect(address, 5000);
                                        return opened;
                                    });
            return new Connection(client, server.accept());
        }
    }

    static void write(Socket from, String text) throws IOException {
        from.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Whether exactly this text arrives within the limit. */
    static boolean arrives(Socket at, String text, Duration limit) throws IOException {
        at.setSoTimeout((int) limit.toMillis());
        try {
            byte[] bytes = at.getInputStream().readNBytes(text.length());
            return new String(bytes, StandardCharsets.US_ASCII).equals(text);
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        try (peer) {
            inPod.close();
        }
    }
}
