package dev.podmigration.workload.flink.endpoint;

import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.flink.detect.FlinkPod;
import dev.podmigration.workload.flink.rest.FlinkFailure;
import dev.podmigration.workload.flink.rest.RestAddress;

import io.fabric8.kubernetes.api.model.Pod;

/**
 * Finds the REST endpoint of a pod's cluster.
 *
 * <p>The operator can reach what users cannot, so users must not be able to choose an address for
 * it. The result is always the address that the kubelet has given to a pod of the same namespace
 * that runs a JobManager, never that of a Service (whose endpoints people can write) and never a
 * URL. An annotation can only name a Service whose selector finds such a pod.
 */
public record RestEndpoint(RestAddress address, Pod jobManager) {

    /** On the pod that is moved: {@code service:port} in its own namespace. */
    public static final String ANNOTATION = "workload.podmigration.dev/flink-rest";

    /**
     * Asks the API server, not Flink.
     *
     * @throws FlinkFailure FlinkRestUnreachable, with what was looked for
     */
    public static RestEndpoint find(Pod pod, FlinkPod flink, Namespace namespace)
            throws FlinkFailure {
        return new EndpointSearch(pod, flink, namespace).find();
    }
}
