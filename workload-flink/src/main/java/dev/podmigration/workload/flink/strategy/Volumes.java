package dev.podmigration.workload.flink.strategy;

import dev.podmigration.workload.Namespace;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What of a pod's files is there for a pod on another node, too. */
final class Volumes {

    private final Namespace namespace;

    Volumes(Namespace namespace) {
        this.namespace = namespace;
    }

    /** The mount that a path is in; of several the innermost. */
    static Optional<VolumeMount> mountOf(Pod pod, String path) {
        return pod.getSpec().getContainers().stream()
                .flatMap(container -> container.getVolumeMounts().stream())
                .filter(mount -> isBelow(path, mount.getMountPath()))
                .max(Comparator.comparingInt(mount -> mount.getMountPath().length()));
    }

    /** Written on one node, read on another: NFS, and claims that several nodes may write. */
    boolean isShared(Pod pod, String volume) {
        return volume(pod, volume)
                .filter(found -> found.getNfs() != null || hasMode(found, "ReadWriteMany"))
                .isPresent();
    }

    /** A new pod on another node finds the same files there. */
    boolean isTheSameElsewhere(Pod pod, String volume) {
        return isShared(pod, volume)
                || volume(pod, volume)
                        .filter(
                                found ->
                                        found.getConfigMap() != null
                                                || found.getSecret() != null
                                                || found.getProjected() != null
                                                || found.getImage() != null
                                                || hasMode(found, "ReadOnlyMany"))
                        .isPresent();
    }

    private static Optional<Volume> volume(Pod pod, String name) {
        return pod.getSpec().getVolumes().stream()
                .filter(one -> one.getName().equals(name))
                .findFirst();
    }

    private boolean hasMode(Volume volume, String mode) {
        return Optional.ofNullable(volume.getPersistentVolumeClaim())
                .flatMap(
                        claim ->
                                namespace.find("v1", "PersistentVolumeClaim", claim.getClaimName()))
                .map(claim -> modes(claim).contains(mode))
                .orElse(false);
    }

    private static Collection<?> modes(GenericKubernetesResource claim) {
        Object bound = claim.get("status", "accessModes");
        Object wanted = claim.get("spec", "accessModes");
        if (bound instanceof Collection<?> modes && !modes.isEmpty()) {
            return modes;
        }
        return wanted instanceof Collection<?> modes ? modes : java.util.List.of();
    }

    private static boolean isBelow(String path, String directory) {
        String parent = directory.endsWith("/") ? directory : directory + "/";
        return (path + "/").startsWith(parent);
    }
}
