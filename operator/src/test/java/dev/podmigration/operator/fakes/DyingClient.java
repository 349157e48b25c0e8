package dev.podmigration.operator.fakes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;

import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A client whose program is killed after some number of changes to the cluster: the next change,
 * and every later one, never leaves it.
 */
public final class DyingClient {

    private static final Set<String> CHANGES = Set.of("POST", "PUT", "PATCH", "DELETE");

    private final AtomicInteger left;
    private final CountDownLatch dead = new CountDownLatch(1);
    private final KubernetesClient client;

    public DyingClient(Config config, int changes) {
        left = new AtomicInteger(changes);
        client =
                new KubernetesClientBuilder()
                        .withConfig(config)
                        .withHttpClientBuilderConsumer(
                                http ->
                                        http.addOrReplaceInterceptor(
                                                "death",
                                                new Interceptor() {
                                                    @Override
                                                    public void before(
                                                            BasicBuilder builder,
                                                            HttpRequest request,
                                                            RequestTags tags) {
                                                        if (isChange(request)
                                                                && left.getAndDecrement() <= 0) {
                                                            dead.countDown();
                                                            throw new IllegalStateException(
                                                                    "killed");
                                                        }
                                                    }
                                                }))
                        .build();
    }

    /** Events are told and never read again. */
    private static boolean isChange(HttpRequest request) {
        return CHANGES.contains(request.method()) && !request.uri().getPath().contains("/events");
    }

    public KubernetesClient client() {
        return client;
    }

    public boolean isDead() {
        return dead.getCount() == 0;
    }
}
