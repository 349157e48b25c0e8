package dev.podmigration.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import dev.podmigration.fault.FaultControl;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Answers the kubelet's probes: alive as soon as it listens, ready when the supplier has nothing to
 * complain about. And tells the metrics.
 */
final class HealthServer implements AutoCloseable {

    private final HttpServer server;

    /**
     * @param port 0 for any free one
     * @param unready what is missing, empty when nothing is
     * @param metrics in the text format of Prometheus
     */
    HealthServer(int port, Supplier<String> unready, Supplier<String> metrics, FaultControl faults)
            throws IOException {
        server = HttpServer.create(new InetSocketAddress(port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/livez", exchange -> probe(exchange, ""));
        server.createContext("/readyz", exchange -> probe(exchange, unready.get()));
        server.createContext("/metrics", exchange -> answer(exchange, 200, metrics.get()));
        faults.serve(server);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private static void probe(HttpExchange exchange, String complaint) throws IOException {
        if (complaint.isEmpty()) {
            answer(exchange, 200, "ok\n");
        } else {
            answer(exchange, 503, complaint + "\n");
        }
    }

    private static void answer(HttpExchange exchange, int code, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getResponseHeaders()
                    .set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            // -1 stands for an empty body, 0 for one of unknown length.
            exchange.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
