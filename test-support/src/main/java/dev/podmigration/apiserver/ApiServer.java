package dev.podmigration.apiserver;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

/** A running API server, shared by all tests of a JVM. Safe for use by many threads. */
public final class ApiServer {
    private final Config adminConfig;
    private final KubernetesClient client;

    ApiServer(Config adminConfig) {
        this.adminConfig = adminConfig;
        this.client = newClient(adminConfig);
    }

    /** A client that may do everything. Shared: do not close it. */
    public KubernetesClient client() {
        return client;
    }

    /**
     * How to reach the server as one who may do everything; for clients with settings of their own.
     */
    public Config adminConfig() {
        return new ConfigBuilder(adminConfig).build();
    }

    /** A client of another user, for tests of permissions. To be closed by the caller. */
    public KubernetesClient clientOf(String user, String... groups) {
        return newClient(
                new ConfigBuilder(adminConfig)
                        .withImpersonateUsername(user)
                        .withImpersonateGroups(groups)
                        .build());
    }

    /**
     * A namespace that no other test uses. It is not removed: nothing in this server could finish
     * removing it, and it ends with the server.
     */
    public String newNamespace(String prefix) {
        var namespace =
                new NamespaceBuilder()
                        .withNewMetadata()
                        .withGenerateName(prefix + "-")
                        .endMetadata()
                        .build();
        return client.resource(namespace).create().getMetadata().getName();
    }

    private static KubernetesClient newClient(Config config) {
        return new KubernetesClientBuilder().withConfig(config).build();
    }
}
