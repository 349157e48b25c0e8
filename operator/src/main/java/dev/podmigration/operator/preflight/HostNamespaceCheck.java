package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.operator.observe.Observation;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;

import java.util.ArrayList;
import java.util.List;

/** The pod has namespaces of its own. */
final class HostNamespaceCheck implements Check {

    private static final String NAME = "HostNamespaces";

    @Override
    public List<Finding> look(Pod source, Observation seen) {
        PodSpec spec = source.getSpec();
        List<Finding> findings = new ArrayList<>();
        if (Boolean.TRUE.equals(spec.getHostNetwork())) {
            findings.add(
                    Finding.refused(
                            NAME, FailureReason.HostNetwork, "The pod has hostNetwork: true."));
        }
        if (Boolean.TRUE.equals(spec.getHostPID())) {
            findings.add(
                    Finding.refused(
                            NAME, FailureReason.HostNamespaces, "The pod has hostPID: true."));
        }
        if (Boolean.TRUE.equals(spec.getHostIPC())) {
            findings.add(
                    Finding.refused(
                            NAME, FailureReason.HostNamespaces, "The pod has hostIPC: true."));
        }
        return findings.isEmpty()
                ? List.of(
                        Finding.passed(
                                NAME,
                                "The pod uses no network, process or IPC namespace of the node."))
                : findings;
    }
}
