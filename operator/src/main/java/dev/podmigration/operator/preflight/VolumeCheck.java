package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.operator.observe.Observation;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Every volume shows the same content on the target node, or moves with the pod. */
final class VolumeCheck implements Check {

    private static final String NAME = "Volumes";
    private static final Set<String> SHARED = Set.of("ReadWriteMany", "ReadOnlyMany");

    @Override
    public List<Finding> look(Pod source, Observation seen) {
        List<Finding> refused =
                source.getSpec().getVolumes().stream()
                        .flatMap(volume -> objection(volume, source, seen).stream())
                        .toList();
        return refused.isEmpty()
                ? List.of(Finding.passed(NAME, "Every volume can be had on the target node."))
                : refused;
    }

    private static Optional<Finding> objection(Volume volume, Pod source, Observation seen) {
        String name = "Volume " + volume.getName();
        if (volume.getHostPath() != null) {
            return Optional.of(
                    Finding.refused(
                            NAME,
                            FailureReason.HostPathVolume,
                            name
                                    + " is the path "
                                    + volume.getHostPath().getPath()
                                    + " of the node."));
        }
        if (volume.getPersistentVolumeClaim() != null) {
            return claim(name, volume.getPersistentVolumeClaim().getClaimName(), source, seen);
        }
        return followsThePod(volume)
                ? Optional.empty()
                : Optional.of(
                        Finding.refused(
                                NAME,
                                FailureReason.VolumeNotMovable,
                                name + " is of a kind that two nodes cannot have at once."));
    }

    /**
     * Copied with the pod, made by the kubelet from the API, or read over the network by any number
     * of nodes.
     */
    private static boolean followsThePod(Volume volume) {
        return volume.getEmptyDir() != null
                || volume.getConfigMap() != null
                || volume.getSecret() != null
                || volume.getProjected() != null
                || volume.getDownwardAPI() != null
                || volume.getImage() != null
                || volume.getNfs() != null;
    }

    private static Optional<Finding> claim(
            String volume, String claimName, Pod source, Observation seen) {
        Optional<PersistentVolumeClaim> claim =
                seen.cluster().claim(source.getMetadata().getNamespace(), claimName);
        List<String> modes =
                claim.map(
                                found ->
                                        found.getStatus() == null
                                                        || found.getStatus()
                                                                .getAccessModes()
                                                                .isEmpty()
                                                ? found.getSpec().getAccessModes()
                                                : found.getStatus().getAccessModes())
                        .orElse(List.of());
        return modes.stream().anyMatch(SHARED::contains)
                ? Optional.empty()
                : Optional.of(
                        Finding.refused(
                                NAME,
                                FailureReason.VolumeNotMovable,
                                volume
                                        + " is claim "
                                        + claimName
                                        + claim.map(_ -> " with access " + modes + ".")
                                                .orElse(", which does not exist.")));
    }
}
