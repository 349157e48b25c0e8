package dev.podmigration.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Answers the kubelet's probes: alive as soon as it listens, ready when the supplier has nothing to
 * complain about.
 */
final class HealthServer implements AutoCloseable {

    private final HttpServer server;

    /**
     * @param unready what is missing, empty when nothing is
     */
    HealthServer(int port, Supplier<String> unready) throws IOException {
        server = HttpServer.create(new InetSocketAddress(port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/livez", exchange -> answer(exchange, ""));
        server.createContext("/readyz", exchange -> answer(exchange, unready.get()));
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, String complaint) throws IOException {
        byte[] body =
                (complaint.isEmpty() ? "ok\n" : complaint + "\n").getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(complaint.isEmpty() ? 200 : 503, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
