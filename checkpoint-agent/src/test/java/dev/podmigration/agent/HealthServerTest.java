package dev.podmigration.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.podmigration.fault.FaultPoints;

import org.junit.jupiter.api.Test;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

class HealthServerTest {

    private final AtomicReference<String> unready = new AtomicReference<>("starting");

    @Test
    void an_agent_is_alive_at_once_and_ready_when_nothing_is_missing() throws Exception {
        try (HealthServer server =
                new HealthServer(0, unready::get, () -> "", FaultPoints.open(Map.of()))) {
            assertThat(get(server, "/livez").statusCode()).isEqualTo(200);
            assertThat(get(server, "/readyz").statusCode()).isEqualTo(503);
            assertThat(get(server, "/readyz").body()).isEqualTo("starting\n");

            unready.set("");

            assertThat(get(server, "/readyz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void metrics_are_told_as_prometheus_reads_them_even_before_the_agent_is_ready()
            throws Exception {
        try (HealthServer server =
                new HealthServer(
                        0, unready::get, () -> "a_metric 1.0\n", FaultPoints.open(Map.of()))) {
            HttpResponse<String> answer = get(server, "/metrics");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("a_metric 1.0\n");
            assertThat(answer.headers().firstValue("Content-Type"))
                    .hasValue("text/plain; version=0.0.4; charset=utf-8");
        }
    }

    private static HttpResponse<String> get(HealthServer server, String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
