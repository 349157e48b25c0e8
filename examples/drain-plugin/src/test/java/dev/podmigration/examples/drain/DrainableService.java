package dev.podmigration.examples.drain;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A service as the plugin expects it. */
final class DrainableService implements AutoCloseable {

    private final HttpServer server;
    private final List<String> drains = new CopyOnWriteArrayList<>();
    private volatile boolean draining;
    private volatile int inFlight;
    private volatile int failure;

    DrainableService() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    void start() {
        server.createContext("/drain", this::answer);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    void inFlight(int requests) {
        inFlight = requests;
    }

    void failWith(int status) {
        failure = status;
    }

    boolean isDraining() {
        return draining;
    }

    /** The ids under which it was asked to drain. */
    List<String> drains() {
        return List.copyOf(drains);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (failure != 0) {
                exchange.sendResponseHeaders(failure, -1);
                return;
            }
            switch (exchange.getRequestMethod()) {
                case "PUT" -> {
                    String path = exchange.getRequestURI().getPath();
                    drains.add(path.substring(path.lastIndexOf('/') + 1));
                    draining = true;
                    exchange.sendResponseHeaders(204, -1);
                }
                case "DELETE" -> {
                    draining = false;
                    exchange.sendResponseHeaders(204, -1);
                }
                default -> {
                    byte[] body = String.valueOf(inFlight).getBytes(UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                }
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
