package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.observe.PodState;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;

import java.util.List;
import java.util.Optional;

/** The owner of the pod, if any, can be brought to accept another pod in its place. */
final class OwnerCheck implements Check {

    private static final String NAME = "Owner";
    private static final String MIRROR = "kubernetes.io/config.mirror";

    @Override
    public List<Finding> look(Pod source, Observation seen) {
        if (source.getMetadata().getAnnotations().containsKey(MIRROR)) {
            return refused(
                    "The pod is a static pod: the kubelet makes it from a file of the node.");
        }
        Optional<OwnerReference> owner = PodState.controller(source);
        if (owner.isEmpty()) {
            return List.of(Finding.passed(NAME, "The pod has no owner."));
        }
        String kind = owner.get().getKind();
        String name = owner.get().getName();
        if (!"ReplicaSet".equals(kind) || !owner.get().getApiVersion().startsWith("apps/")) {
            return refused(
                    "The pod belongs to "
                            + kind
                            + " "
                            + name
                            + "; a bare pod or one of a ReplicaSet can move.");
        }
        return List.of(Finding.passed(NAME, "ReplicaSet " + name + " takes over the target pod."));
    }

    private static List<Finding> refused(String message) {
        return List.of(Finding.refused(NAME, FailureReason.OwnerNotSupported, message));
    }
}
