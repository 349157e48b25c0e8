package dev.podmigration.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import dev.podmigration.api.v1alpha1.PodRestore;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** An API server that is only just starting. */
class LastingWatchTest {

    private static final String LIST =
            """
            {"apiVersion": "podmigration.dev/v1alpha1", "kind": "PodRestoreList",
             "metadata": {"resourceVersion": "7"},
             "items": [{"apiVersion": "podmigration.dev/v1alpha1", "kind": "PodRestore",
                        "metadata": {"name": "move", "namespace": "flink"}}]}
            """;

    private final HttpServer server;
    private final KubernetesClient client;
    private final AtomicInteger refusals = new AtomicInteger(1);

    LastingWatchTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        client =
                new KubernetesClientBuilder()
                        .withConfig(
                                new ConfigBuilder()
                                        .withMasterUrl(
                                                "http://127.0.0.1:" + server.getAddress().getPort())
                                        .withRequestRetryBackoffLimit(0)
                                        .build())
                        .build();
    }

    @AfterEach
    void close() {
        client.close();
        server.stop(0);
    }

    @Test
    void what_cannot_be_listed_at_first_is_seen_later() {
        try (SharedIndexInformer<PodRestore> informer =
                LastingWatch.of(
                        client.resources(PodRestore.class).inAnyNamespace().runnableInformer(0))) {
            informer.start();

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () ->
                                    assertThat(informer.getStore().listKeys())
                                            .containsExactly("flink/move"));
        }
        assertThat(refusals.get()).isNegative();
    }

    private void answer(HttpExchange exchange) throws IOException {
        boolean list = !String.valueOf(exchange.getRequestURI().getQuery()).contains("watch=true");
        boolean served = list && refusals.getAndDecrement() <= 0;
        byte[] body = (served ? LIST : "").getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(served ? 200 : 503, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
