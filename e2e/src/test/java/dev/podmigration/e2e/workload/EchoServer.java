package dev.podmigration.e2e.workload;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.net.httpserver.HttpServer;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Answers each request {sequence, value, sum so far} with {sequence, sum so far, faults so far}. It
 * counts as a fault whatever a connection that lived through a move must not show: a sequence with
 * a hole or a repetition, a sum that differs from its own, memory that is not as it was written.
 *
 * <p>Arguments: port, mebibytes of live heap, mebibytes to rewrite a second. A line of standard
 * output for every start (with a number that no other start has), and a tick five times a second.
 * HTTP on the next port answers probes and tells {@link Vitals}. With the property {@value
 * Lease#PROPERTY} it also writes a {@link Lease}, with {@value Garbage#PROPERTY} it begins with
 * {@link Garbage}.
 */
public final class EchoServer {
    /** A request with this value also asks to look through the whole heap. */
    public static final long CHECK_MEMORY = Long.MIN_VALUE;

    public static final String STARTED = "echo server started ";
    public static final String TICK = "tick ";

    private final LiveHeap heap;
    private final AtomicLong faults = new AtomicLong();

    private EchoServer(LiveHeap heap) {
        this.heap = heap;
    }

    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[0]);
        LiveHeap heap = new LiveHeap(Integer.parseInt(arguments[1]));
        Garbage.makeIfWanted();
        EchoServer server = new EchoServer(heap);
        heap.rewriteInTheBackground(Integer.parseInt(arguments[2]));
        HttpServer probes = HttpServer.create(new InetSocketAddress(port + 1), 0);
        probes.createContext(
                "/healthz",
                exchange -> {
                    exchange.sendResponseHeaders(server.faults.get() == 0 ? 204 : 500, -1);
                    exchange.close();
                });
        Random random = new Random(Vitals.SEED);
        probes.createContext(
                Vitals.PATH,
                exchange -> {
                    byte[] text = Vitals.now(random).text().getBytes(US_ASCII);
                    exchange.sendResponseHeaders(200, text.length);
                    exchange.getResponseBody().write(text);
                    exchange.close();
                });
        probes.start();
        Daemon.start(EchoServer::tick);
        Lease.writeIfWanted();
        try (ServerSocket listener = new ServerSocket(port)) {
            System.out.println(STARTED + UUID.randomUUID());
            while (true) {
                Socket connection = listener.accept();
                new Thread(() -> server.serve(connection)).start();
            }
        }
    }

    private static void tick() {
        for (long count = 0; ; count++) {
            System.out.println(TICK + count);
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            DataInputStream requests = new DataInputStream(connection.getInputStream());
            DataOutputStream answers = new DataOutputStream(connection.getOutputStream());
            byte[] answer = new byte[24];
            long sum = 0;
            for (long expected = 0; ; expected++) {
                long sequence = requests.readLong();
                long value = requests.readLong();
                if (requests.readLong() != sum || sequence != expected) {
                    fault("request " + sequence + " in place of " + expected + ", or another sum");
                }
                if (value == CHECK_MEMORY && heap.wrongChunks() > 0) {
                    fault("the heap is not as it was written");
                }
                sum += value;
                longs(answer, sequence, sum, faults.get());
                answers.write(answer);
            }
        } catch (EOFException e) {
            System.out.println("connection closed by the client");
        } catch (IOException e) {
            System.out.println("connection broken: " + e);
        }
    }

    private void fault(String what) {
        faults.incrementAndGet();
        System.out.println("FAULT " + what);
    }

    private static void longs(byte[] target, long... values) {
        java.nio.ByteBuffer.wrap(target).asLongBuffer().put(values);
    }
}
