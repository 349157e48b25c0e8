package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.operator.observe.Observation;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** No container holds a device: CRIU cannot save what is in it. */
final class DeviceCheck implements Check {

    private static final String NAME = "Devices";

    @Override
    public List<Finding> look(Pod source, Observation seen) {
        List<String> devices = new ArrayList<>();
        for (Container container : source.getSpec().getContainers()) {
            resources(container)
                    .filter(DeviceCheck::isExtended)
                    .distinct()
                    .forEach(resource -> devices.add(container.getName() + " has " + resource));
            container
                    .getVolumeDevices()
                    .forEach(
                            device ->
                                    devices.add(
                                            container.getName()
                                                    + " has block device "
                                                    + device.getDevicePath()));
        }
        source.getSpec()
                .getResourceClaims()
                .forEach(claim -> devices.add("the pod has resource claim " + claim.getName()));
        return List.of(
                devices.isEmpty()
                        ? Finding.passed(NAME, "No container has a device.")
                        : Finding.refused(
                                NAME, FailureReason.DeviceInUse, String.join(", ", devices) + "."));
    }

    private static Stream<String> resources(Container container) {
        if (container.getResources() == null) {
            return Stream.empty();
        }
        Map<String, Quantity> limits = container.getResources().getLimits();
        Map<String, Quantity> requests = container.getResources().getRequests();
        return Stream.of(limits, requests)
                .filter(given -> given != null)
                .flatMap(given -> given.keySet().stream());
    }

    /** Extended resources are those with a domain that is not Kubernetes' own. */
    private static boolean isExtended(String resource) {
        return resource.contains("/") && !resource.startsWith("kubernetes.io/");
    }
}
