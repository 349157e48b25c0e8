package dev.podmigration.examples.drain;

import io.fabric8.kubernetes.api.model.Pod;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * Talks to a service: {@code PUT /drain/ID} begins, and does nothing if it has begun under that id;
 * {@code GET /drain} answers with the number of requests that are not answered yet; {@code DELETE
 * /drain} ends it.
 */
final class DrainClient {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(LIMIT).build();

    void drain(Pod pod, int port, String id) throws IOException {
        send(request(pod, port, "/drain/" + id).PUT(HttpRequest.BodyPublishers.noBody()));
    }

    int inFlight(Pod pod, int port) throws IOException {
        String answer = send(request(pod, port, "/drain").GET());
        try {
            return Integer.parseInt(answer.strip());
        } catch (NumberFormatException e) {
            throw new IOException("GET /drain answers " + answer, e);
        }
    }

    void resume(Pod pod, int port) throws IOException {
        send(request(pod, port, "/drain").DELETE());
    }

    private static HttpRequest.Builder request(Pod pod, int port, String path) {
        return HttpRequest.newBuilder(
                        URI.create("http://" + pod.getStatus().getPodIP() + ":" + port + path))
                .timeout(LIMIT);
    }

    private String send(HttpRequest.Builder request) throws IOException {
        HttpRequest sent = request.build();
        try {
            HttpResponse<String> answer = http.send(sent, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() / 100 != 2) {
                throw new IOException(
                        sent.method()
                                + " "
                                + sent.uri().getPath()
                                + " answers "
                                + answer.statusCode());
            }
            return answer.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
