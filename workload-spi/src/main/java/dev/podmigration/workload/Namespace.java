package dev.podmigration.workload;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The objects in the namespace of the migration, with the rights of the operator. What those do not
 * allow, and an API server that is away, is a {@code KubernetesClientException}. Blocks; can be
 * used by several threads.
 */
public interface Namespace {

    String name();

    /**
     * One object; empty if there is none, or if the cluster does not know the kind.
     *
     * @param apiVersion for example {@code apps/v1}
     */
    Optional<GenericKubernetesResource> find(String apiVersion, String kind, String name);

    /** All objects that have these labels; none if the cluster does not know the kind. */
    List<GenericKubernetesResource> list(
            String apiVersion, String kind, Map<String, String> labels);

    /**
     * Changes one object by a JSON merge patch.
     *
     * @throws IllegalArgumentException for pods and for everything of {@code podmigration.dev}:
     *     those are the operator's
     */
    GenericKubernetesResource patch(
            String apiVersion, String kind, String name, Map<String, Object> change);
}
