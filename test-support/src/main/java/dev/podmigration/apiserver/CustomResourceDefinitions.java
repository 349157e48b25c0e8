package dev.podmigration.apiserver;

import dev.podmigration.api.v1alpha1.MigrationNode;
import dev.podmigration.api.v1alpha1.MigrationPolicy;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodRestore;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The generated CRDs, as they are in the jar of the API types. */
final class CustomResourceDefinitions {
    private static final List<Class<? extends HasMetadata>> TYPES =
            List.of(
                    PodMigration.class,
                    PodCheckpoint.class,
                    PodRestore.class,
                    MigrationNode.class,
                    MigrationPolicy.class);

    /** 429: "storage is (re)initializing". */
    private static final int TOO_MANY_REQUESTS = 429;

    private CustomResourceDefinitions() {}

    static void install(KubernetesClient client) {
        var definitions = TYPES.stream().map(type -> read(client, type)).toList();
        definitions.forEach(definition -> client.resource(definition).serverSideApply());
        definitions.forEach(
                definition ->
                        client.resource(definition)
                                .waitUntilCondition(
                                        CustomResourceDefinitions::isEstablished,
                                        30,
                                        TimeUnit.SECONDS));
        TYPES.forEach(type -> awaitStorage(client, type));
    }

    /**
     * A kind is served a moment before its storage answers, and one that is deleted in that moment
     * is never gone.
     */
    private static void awaitStorage(KubernetesClient client, Class<? extends HasMetadata> type) {
        Instant end = Instant.now().plusSeconds(30);
        while (true) {
            try {
                client.resources(type).list();
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() != TOO_MANY_REQUESTS || Instant.now().isAfter(end)) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
    }

    private static boolean isEstablished(CustomResourceDefinition definition) {
        return definition != null
                && definition.getStatus() != null
                && definition.getStatus().getConditions().stream()
                        .anyMatch(
                                condition ->
                                        condition.getType().equals("Established")
                                                && condition.getStatus().equals("True"));
    }

    private static CustomResourceDefinition read(
            KubernetesClient client, Class<? extends HasMetadata> type) {
        var resource = "/META-INF/fabric8/" + HasMetadata.getFullResourceName(type) + "-v1.yml";
        try (var stream = type.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException("not on the class path: " + resource);
            }
            return client.getKubernetesSerialization()
                    .unmarshal(stream, CustomResourceDefinition.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
