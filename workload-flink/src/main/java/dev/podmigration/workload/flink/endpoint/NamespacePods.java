package dev.podmigration.workload.flink.endpoint;

import com.fasterxml.jackson.databind.ObjectMapper;

import dev.podmigration.workload.Namespace;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pods and Services of a namespace, with their types. */
public final class NamespacePods {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Namespace namespace;

    public NamespacePods(Namespace namespace) {
        this.namespace = namespace;
    }

    /** In the order of their names, so that two calls choose the same. */
    public List<Pod> pods(Map<String, String> labels) {
        return namespace.list("v1", "Pod", labels).stream()
                .map(found -> typed(found, Pod.class))
                .sorted(Comparator.comparing(pod -> pod.getMetadata().getName()))
                .toList();
    }

    /** From the list of all: to get a single one would be a right more for the operator. */
    Optional<Service> service(String name) {
        return namespace.list("v1", "Service", Map.of()).stream()
                .filter(found -> found.getMetadata().getName().equals(name))
                .map(found -> typed(found, Service.class))
                .findFirst();
    }

    private static <T> T typed(GenericKubernetesResource object, Class<T> type) {
        return MAPPER.convertValue(object, type);
    }
}
