package dev.podmigration.operator.target;

import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodNameMode;
import dev.podmigration.operator.observe.Marks;
import dev.podmigration.operator.observe.PodState;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.client.utils.Serialization;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Makes the target pod from the source. It stays the same pod as far as a program in it can see
 * (containers, images, volumes, mounts, account, host name); what placed, numbered or finished the
 * source is left out.
 */
public final class TargetPod {

    private static final int LONGEST_HOST_NAME = 63;

    /** Written by the network, the kubelet or kubectl about the one pod they were written on. */
    private static final Set<String> FOREIGN_ANNOTATIONS =
            Set.of(
                    "cni.projectcalico.org/containerID",
                    "cni.projectcalico.org/podIP",
                    "cni.projectcalico.org/podIPs",
                    "k8s.v1.cni.cncf.io/network-status",
                    "k8s.v1.cni.cncf.io/networks-status",
                    "kubectl.kubernetes.io/last-applied-configuration",
                    "kubernetes.io/config.hash",
                    "kubernetes.io/config.seen",
                    "kubernetes.io/config.source");

    private TargetPod() {}

    /**
     * The target pod of a migration, ready to be created.
     *
     * @param placement the nodes among which the scheduler may choose
     */
    public static Pod from(
            Pod source, PodMigration migration, Map<String, String> withheld, Placement placement) {
        Map<String, String> annotations = annotations(source, migration, withheld);
        annotations.put(Marks.RESTORE, migration.getStatus().getRestoreName());
        if (isShortened(source.getSpec())) {
            annotations.put(Marks.BEGINNING_LEFT_OUT, "true");
        }
        return pod(
                source,
                migration.getSpec().getTarget().getPodName() == PodNameMode.Keep
                        ? source.getMetadata().getName()
                        : TargetName.of(source, migration.getMetadata().getUid()),
                labels(source, migration, withheld),
                annotations,
                restored(source, placement));
    }

    /** A pod like the source that begins from its image. */
    public static Pod anew(
            Pod source, PodMigration migration, Map<String, String> withheld, Placement placement) {
        Map<String, String> labels = labels(source, migration, withheld);
        labels.remove(Marks.RESTORED);
        PodSpec spec = unplaced(source, placement);
        if (Marks.RUNTIME_CLASS.equals(spec.getRuntimeClassName())) {
            spec.setRuntimeClassName(null);
        }
        return pod(
                source,
                TargetName.of(source, migration.getMetadata().getUid()),
                labels,
                annotations(source, migration, withheld),
                spec);
    }

    private static Pod pod(
            Pod source,
            String name,
            Map<String, String> labels,
            Map<String, String> annotations,
            PodSpec spec) {
        return new PodBuilder()
                .withMetadata(
                        new ObjectMetaBuilder()
                                .withName(name)
                                .withNamespace(source.getMetadata().getNamespace())
                                .withLabels(labels)
                                .withAnnotations(annotations)
                                .build())
                .withSpec(spec)
                .build();
    }

    /** What runs only when a pod begins does not come along, and a later one could not run it. */
    private static boolean isShortened(PodSpec spec) {
        return spec.getInitContainers().stream()
                        .anyMatch(container -> !"Always".equals(container.getRestartPolicy()))
                || Stream.concat(spec.getContainers().stream(), spec.getInitContainers().stream())
                        .anyMatch(
                                container ->
                                        container.getLifecycle() != null
                                                && container.getLifecycle().getPostStart() != null);
    }

    private static Map<String, String> labels(
            Pod source, PodMigration migration, Map<String, String> withheld) {
        Map<String, String> labels = new LinkedHashMap<>(source.getMetadata().getLabels());
        labels.keySet().removeAll(withheld.keySet());
        labels.put(Marks.RESTORED, "true");
        labels.put(Marks.MIGRATION, migration.getMetadata().getName());
        return labels;
    }

    private static Map<String, String> annotations(
            Pod source, PodMigration migration, Map<String, String> withheld) {
        Map<String, String> annotations =
                new LinkedHashMap<>(source.getMetadata().getAnnotations());
        annotations.keySet().removeAll(FOREIGN_ANNOTATIONS);
        annotations.remove(Marks.WITHHELD_LABELS);
        annotations.remove(Marks.OWNER);
        annotations.remove(Marks.SWITCHED_AT);
        annotations.remove(Marks.RESTORE);
        annotations.put(Marks.BASE_NAME, TargetName.base(source));
        annotations.put(Marks.MIGRATION_UID, migration.getMetadata().getUid());
        PodState.controller(source)
                .ifPresent(owner -> annotations.put(Marks.OWNER, Serialization.asJson(owner)));
        if (!withheld.isEmpty()) {
            annotations.put(Marks.WITHHELD_LABELS, Serialization.asJson(withheld));
        }
        return annotations;
    }

    /**
     * The volume of the service account token that admission added to the source is kept: admission
     * recognises it by its name and its mount path, and adds no second one.
     */
    private static PodSpec unplaced(Pod source, Placement placement) {
        PodSpec spec = Serialization.clone(source.getSpec());
        spec.setNodeName(null);
        // Admission computes these again from the class and the runtime class, and refuses other
        // values.
        spec.setPriority(null);
        spec.setPreemptionPolicy(null);
        spec.setOverhead(null);
        // A debug container is not part of what was asked for, and cannot be asked for at creation.
        spec.setEphemeralContainers(List.of());
        spec.setAffinity(placement.restrict(spec.getAffinity()));
        return spec;
    }

    private static PodSpec restored(Pod source, Placement placement) {
        PodSpec spec = unplaced(source, placement);
        spec.setRuntimeClassName(Marks.RUNTIME_CLASS);
        spec.setInitContainers(
                spec.getInitContainers().stream()
                        .filter(container -> "Always".equals(container.getRestartPolicy()))
                        .toList());
        spec.getInitContainers().forEach(TargetPod::withoutPostStart);
        spec.getContainers().forEach(TargetPod::withoutPostStart);
        if (spec.getHostname() == null) {
            spec.setHostname(hostName(source.getMetadata().getName()));
        }
        return spec;
    }

    /** It ran when the container started, and the restored container goes on from there. */
    private static void withoutPostStart(Container container) {
        if (container.getLifecycle() != null) {
            container.getLifecycle().setPostStart(null);
        }
    }

    /**
     * The host name that the kubelet gave the source: its name, cut to 63 characters. A name with
     * dots cannot be set as host name; the kubelet would use the name of the target then.
     */
    private static @Nullable String hostName(String podName) {
        if (podName.contains(".")) {
            return null;
        }
        return podName.length() <= LONGEST_HOST_NAME
                ? podName
                : podName.substring(0, LONGEST_HOST_NAME).replaceAll("[-.]+$", "");
    }
}
