package dev.podmigration.workload.flink.endpoint;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.flink.detect.FlinkPod;
import dev.podmigration.workload.flink.detect.FlinkRole;
import dev.podmigration.workload.flink.rest.FlinkFailure;
import dev.podmigration.workload.flink.rest.RestAddress;

import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The search of {@link RestEndpoint#find}: the ways in their order. */
final class EndpointSearch {

    private static final Pattern SERVICE_PORT =
            Pattern.compile("([a-z]([-a-z0-9]{0,61}[a-z0-9])?):([0-9]{1,5})");
    private static final Pattern NAME = Pattern.compile("[a-z]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Set<String> REST_PORTS = Set.of("rest", "ui", "webui");
    private static final int DEFAULT_PORT = 8081;

    private final Pod pod;
    private final FlinkPod flink;
    private final LiteralSettings settings;
    private final NamespacePods objects;

    EndpointSearch(Pod pod, FlinkPod flink, Namespace namespace) {
        this.pod = pod;
        this.flink = flink;
        this.settings = LiteralSettings.of(pod, flink.container());
        this.objects = new NamespacePods(namespace);
    }

    RestEndpoint find() throws FlinkFailure {
        String annotation =
                Objects.requireNonNullElse(
                                pod.getMetadata().getAnnotations(), Map.<String, String>of())
                        .get(RestEndpoint.ANNOTATION);
        if (annotation != null) {
            return annotated(annotation);
        }
        if (flink.role() == FlinkRole.JobManager) {
            return usable(pod)
                    .flatMap(own -> address(own, restPort(own)))
                    .orElseThrow(() -> unknown("this JobManager has no address of its own"));
        }
        if (flink.clusterId().isPresent()) {
            List<Pod> managers = objects.pods(Map.of("app", flink.clusterId().get()));
            return one(managers, "pods with the label app=" + flink.clusterId().get());
        }
        Optional<String> rpcAddress =
                settings.property("jobmanager.rpc.address")
                        .or(() -> settings.variable("JOB_MANAGER_RPC_ADDRESS"));
        if (rpcAddress.isPresent()) {
            return byRpcAddress(rpcAddress.get());
        }
        throw unknown(
                "the pod has neither labels of Flink nor a plain value for jobmanager.rpc.address");
    }

    private RestEndpoint annotated(String annotation) throws FlinkFailure {
        Matcher parts = SERVICE_PORT.matcher(annotation);
        if (!parts.matches()) {
            throw unknown(
                    "the annotation "
                            + RestEndpoint.ANNOTATION
                            + " is not SERVICE:PORT, a name and a number");
        }
        Service service = service(parts.group(1));
        int port = Integer.parseInt(parts.group(3));
        ServicePort found =
                service.getSpec().getPorts().stream()
                        .filter(one -> one.getPort() == port)
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        unknown(
                                                "Service "
                                                        + parts.group(1)
                                                        + " has no port "
                                                        + port));
        return behind(service, Optional.of(found));
    }

    /** {@code jobmanager}, {@code jobmanager.flink}, {@code jobmanager.flink.svc.cluster.local}. */
    private RestEndpoint byRpcAddress(String rpcAddress) throws FlinkFailure {
        List<String> labels = List.of(rpcAddress.split("\\.", -1));
        boolean here =
                labels.size() == 1
                        || (pod.getMetadata().getNamespace().equals(labels.get(1))
                                && (labels.size() == 2 || labels.get(2).equals("svc")));
        if (!NAME.matcher(labels.getFirst()).matches() || !here) {
            throw unknown(
                    "jobmanager.rpc.address is '"
                            + rpcAddress.replaceAll("[^A-Za-z0-9.:-]", "?")
                            + "', which is no Service of this namespace");
        }
        Service service = service(labels.getFirst());
        return behind(
                service,
                service.getSpec().getPorts().stream()
                        .filter(
                                port ->
                                        REST_PORTS.contains(String.valueOf(port.getName()))
                                                || port.getPort() == DEFAULT_PORT)
                        .findFirst());
    }

    private Service service(String name) throws FlinkFailure {
        return objects.service(name)
                .orElseThrow(() -> unknown("there is no Service " + name + " in this namespace"));
    }

    private RestEndpoint behind(Service service, Optional<ServicePort> port) throws FlinkFailure {
        String name = service.getMetadata().getName();
        Map<String, String> selector = service.getSpec().getSelector();
        if (selector == null || selector.isEmpty()) {
            throw unknown("Service " + name + " has no selector");
        }
        List<Pod> pods = objects.pods(selector);
        if (port.isEmpty()) {
            return one(pods, "pods of Service " + name);
        }
        List<RestEndpoint> found = new ArrayList<>();
        for (Pod manager : jobManagers(pods)) {
            targetPort(port.get(), manager)
                    .flatMap(number -> address(manager, number))
                    .ifPresent(found::add);
        }
        return first(found, "pods of Service " + name);
    }

    private RestEndpoint one(List<Pod> pods, String where) throws FlinkFailure {
        return first(
                jobManagers(pods).stream()
                        .flatMap(manager -> address(manager, restPort(manager)).stream())
                        .toList(),
                where);
    }

    // Any JobManager of a cluster will do: those that do not lead ask the one that does.
    private RestEndpoint first(List<RestEndpoint> found, String where) throws FlinkFailure {
        if (found.isEmpty()) {
            throw unknown("none of the " + where + " is a running JobManager with an address");
        }
        return found.getFirst();
    }

    private List<Pod> jobManagers(List<Pod> pods) {
        return pods.stream()
                .flatMap(one -> usable(one).stream())
                .filter(
                        one ->
                                FlinkPod.of(one, List.of())
                                        .filter(found -> found.role() == FlinkRole.JobManager)
                                        .isPresent())
                .toList();
    }

    /** Running, not about to go, and with an address that is not its node's. */
    private Optional<Pod> usable(Pod candidate) {
        return candidate.getStatus() != null
                        && "Running".equals(candidate.getStatus().getPhase())
                        && candidate.getStatus().getPodIP() != null
                        && candidate.getMetadata().getDeletionTimestamp() == null
                        && !Boolean.TRUE.equals(candidate.getSpec().getHostNetwork())
                ? Optional.of(candidate)
                : Optional.empty();
    }

    private static Optional<RestEndpoint> address(Pod manager, int port) {
        return port < 1 || port > 65535
                ? Optional.empty()
                : Optional.of(
                        new RestEndpoint(
                                new RestAddress(manager.getStatus().getPodIP(), port), manager));
    }

    private int restPort(Pod manager) {
        return containerPorts(manager).stream()
                .filter(port -> REST_PORTS.contains(String.valueOf(port.getName())))
                .map(ContainerPort::getContainerPort)
                .findFirst()
                .or(() -> configuredPort(manager))
                .orElse(DEFAULT_PORT);
    }

    private static Optional<Integer> configuredPort(Pod manager) {
        return FlinkPod.of(manager, List.of())
                .flatMap(
                        found ->
                                LiteralSettings.of(manager, found.container())
                                        .property("rest.port"))
                .filter(text -> text.matches("[0-9]{1,5}"))
                .map(Integer::valueOf);
    }

    private static Optional<Integer> targetPort(ServicePort port, Pod manager) {
        if (port.getTargetPort() == null || port.getTargetPort().getValue() == null) {
            return Optional.of(port.getPort());
        }
        Integer number = port.getTargetPort().getIntVal();
        if (number != null && number > 0) {
            return Optional.of(number);
        }
        String name = port.getTargetPort().getStrVal();
        return containerPorts(manager).stream()
                .filter(one -> Objects.equals(one.getName(), name))
                .map(ContainerPort::getContainerPort)
                .findFirst();
    }

    private static List<ContainerPort> containerPorts(Pod manager) {
        return manager.getSpec().getContainers().stream()
                .flatMap(container -> container.getPorts().stream())
                .toList();
    }

    private static FlinkFailure unknown(String why) {
        return new FlinkFailure(
                FailureReason.FlinkRestUnreachable,
                "The REST endpoint of the JobManager was not found: " + why + ".");
    }
}
