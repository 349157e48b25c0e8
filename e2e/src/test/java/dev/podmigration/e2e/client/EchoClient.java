package dev.podmigration.e2e.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.e2e.workload.EchoServer;

import org.jspecify.annotations.Nullable;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * One TCP connection to an {@link EchoServer} on which a request follows a millisecond after each
 * answer. Keeps a sum of its own and takes every difference for a failure; it never reconnects.
 */
public final class EchoClient implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(1);

    /** Far above every freeze that a test allows: what takes longer is a lost connection. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Socket socket;
    private final String server;
    private final Thread thread;
    private final Gaps gaps = new Gaps();
    private final AtomicLong answers = new AtomicLong();
    private volatile boolean memoryCheckWanted;
    private volatile boolean stopped;
    private volatile @Nullable String failure;

    private EchoClient(Socket socket, String server) {
        this.socket = socket;
        this.server = server;
        thread = Thread.ofPlatform().name("echo client of " + server).unstarted(this::talk);
    }

    public static EchoClient connect(String address, int port) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.connect(new InetSocketAddress(address, port), 10_000);
        EchoClient client = new EchoClient(socket, address + ":" + port);
        client.thread.start();
        return client;
    }

    public Gaps gaps() {
        return gaps;
    }

    public long answers() {
        return answers.get();
    }

    public int localPort() {
        return socket.getLocalPort();
    }

    /** Fails unless so many more correct answers come, on the same connection. */
    public void expectAnswers(int count) {
        long goal = answers.get() + count;
        await("answers of " + server)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> answers.get() >= goal || failure != null);
        assertThat(failure).as("what went wrong at the client of %s", server).isNull();
    }

    /** Lets the server compare all of its heap with what it wrote there. */
    public void expectMemoryIntact() {
        memoryCheckWanted = true;
        await("memory check of " + server)
                .atMost(PATIENCE)
                .until(() -> !memoryCheckWanted || failure != null);
        expectAnswers(1);
    }

    private void talk() {
        byte[] request = new byte[24];
        long sum = 0;
        try {
            DataInputStream input = new DataInputStream(socket.getInputStream());
            DataOutputStream output = new DataOutputStream(socket.getOutputStream());
            for (long sequence = 0; !stopped; sequence++) {
                boolean check = memoryCheckWanted;
                long value = check ? EchoServer.CHECK_MEMORY : sequence * 31 + 7;
                ByteBuffer.wrap(request).putLong(sequence).putLong(value).putLong(sum);
                sum += value;
                gaps.asked();
                output.write(request);
                long answered = input.readLong();
                long serverSum = input.readLong();
                long faults = input.readLong();
                gaps.answered();
                if (answered != sequence || serverSum != sum || faults != 0) {
                    failure =
                            "sequence %d answered by %d, sum %d by %d, the server saw %d faults"
                                    .formatted(sequence, answered, sum, serverSum, faults);
                    return;
                }
                answers.incrementAndGet();
                if (check) {
                    memoryCheckWanted = false;
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        } catch (IOException e) {
            if (!stopped) {
                failure = "connection lost after " + answers + " answers: " + e;
            }
        }
    }

    @Override
    public void close() throws IOException {
        stopped = true;
        socket.close();
    }
}
