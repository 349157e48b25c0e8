package dev.podmigration.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.apiserver.ApiServer;
import dev.podmigration.apiserver.ApiServerExtension;
import dev.podmigration.operator.fakes.OperatorRights;
import dev.podmigration.operator.settings.Settings;

import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import picocli.CommandLine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** An operator that is there before everything else that is installed with it. */
@ExtendWith(ApiServerExtension.class)
class StartsEarlyIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    @Test
    void whatCannotBeWatchedYetIsTriedAgain(ApiServer server) throws IOException {
        String namespace = server.newNamespace("early");
        Config config = OperatorRights.in(namespace, server);
        withdraw(server, config, namespace);
        Refusals refusals = new Refusals();
        Settings settings =
                CommandLine.populateCommand(
                        new Settings(),
                        "--namespace=" + namespace,
                        "--watch-namespaces=" + namespace,
                        "--pod-name=it",
                        "--health-port=0");

        try (KubernetesClient client =
                        new KubernetesClientBuilder()
                                .withConfig(config)
                                .withHttpClientBuilderConsumer(
                                        http -> http.addOrReplaceInterceptor("it", refusals))
                                .build();
                MigrationOperator operator =
                        new MigrationOperator(client, settings, Clock.systemUTC(), () -> {})) {
            CompletableFuture<Void> started = CompletableFuture.runAsync(operator::start);
            await().atMost(SOON).until(() -> refusals.seen.get() > 0);

            OperatorRights.in(namespace, server);

            assertThat(started).succeedsWithin(Duration.ofMinutes(1));
        }
    }

    /** The rights to watch; those in its own namespace stay. */
    private static void withdraw(ApiServer server, Config config, String namespace) {
        server.client()
                .resources(ClusterRoleBinding.class)
                .withName("podmigration-operator-" + namespace)
                .delete();
        try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
            await().atMost(SOON).until(() -> isRefused(client));
        }
    }

    private static boolean isRefused(KubernetesClient client) {
        try {
            client.nodes().list();
            return false;
        } catch (KubernetesClientException e) {
            return e.getCode() == 403;
        }
    }

    private static final class Refusals implements Interceptor {
        private final AtomicInteger seen = new AtomicInteger();

        @Override
        public void after(
                HttpRequest request,
                HttpResponse<?> response,
                AsyncBody.Consumer<List<ByteBuffer>> consumer) {
            if (response.code() == 403) {
                seen.incrementAndGet();
            }
        }
    }
}
