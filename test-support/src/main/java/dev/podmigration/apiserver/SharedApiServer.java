package dev.podmigration.apiserver;

import io.fabric8.kubernetes.client.Config;

import org.jspecify.annotations.Nullable;

/** The one server of this JVM, started when first asked for and stopped by a shutdown hook. */
final class SharedApiServer {
    static final String KIND = "podmigration.it.server";

    sealed interface Found {}

    record Running(ApiServer server) implements Found {}

    record Unavailable(String reason) implements Found {}

    record Failed(String reason) implements Found {}

    private static @Nullable Found found;

    private SharedApiServer() {}

    /** A server that could be had but does not start is a fault, not a missing part. */
    static synchronized Found find() {
        if (found == null) {
            try {
                found = start();
            } catch (RuntimeException e) {
                // One attempt is enough: each would wait for its whole time limit.
                found = new Failed(e.toString());
                throw e;
            }
        }
        return found;
    }

    private static Found start() {
        var kind = System.getProperty(KIND, "local");
        return switch (kind) {
            case "local" ->
                    switch (Programs.find()) {
                        case Programs.Paths paths -> running(LocalApiServer.start(paths));
                        case Programs.Missing missing -> new Unavailable(missing.reason());
                    };
            case "k3s" ->
                    K3sApiServer.isDockerAvailable()
                            ? running(K3sApiServer.start())
                            : new Unavailable("Docker does not answer");
            default ->
                    throw new IllegalArgumentException(KIND + " is " + kind + ", not local or k3s");
        };
    }

    private static Running running(Config config) {
        var server = new ApiServer(config);
        CustomResourceDefinitions.install(server.client());
        return new Running(server);
    }
}
