package dev.podmigration.e2e.fault;

import static dev.podmigration.e2e.lab.Lab.NODE_A;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.e2e.lab.TestPods;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;

/** Owners of one pod, on whichever node, that make another one as soon as it is deleted. */
enum Owned {
    /** Its pod would be moved under a new name, and made anew under the old one. */
    STATEFUL_SET(FailureReason.OwnerNotSupported) {
        @Override
        HasMetadata owner(String namespace) {
            return new StatefulSetBuilder()
                    .withNewMetadata()
                    .withName(NAME)
                    .withNamespace(namespace)
                    .endMetadata()
                    .withNewSpec()
                    .withReplicas(1)
                    .withServiceName(NAME)
                    .withNewSelector()
                    .addToMatchLabels("app", NAME)
                    .endSelector()
                    .withTemplate(template())
                    .endSpec()
                    .build();
        }
    },
    /** Its pod would be moved under the old name, and replaced under a new one. */
    REPLICA_SET_WHOSE_POD_KEEPS_ITS_NAME(FailureReason.PodNameNotKeepable) {
        @Override
        HasMetadata owner(String namespace) {
            return new ReplicaSetBuilder()
                    .withNewMetadata()
                    .withName(NAME)
                    .withNamespace(namespace)
                    .endMetadata()
                    .withNewSpec()
                    .withReplicas(1)
                    .withNewSelector()
                    .addToMatchLabels("app", NAME)
                    .endSelector()
                    .withTemplate(template())
                    .endSpec()
                    .build();
        }
    };

    private static final String NAME = "owned";

    private final FailureReason reason;

    Owned(FailureReason reason) {
        this.reason = reason;
    }

    FailureReason reason() {
        return reason;
    }

    abstract HasMetadata owner(String namespace);

    /** The scheduler chooses the node: a pod that is made anew need not come back to the first. */
    private static PodTemplateSpec template() {
        Pod pod = TestPods.echo(NAME, NODE_A);
        pod.getSpec().setNodeName(null);
        return new PodTemplateSpecBuilder()
                .withMetadata(pod.getMetadata())
                .withSpec(pod.getSpec())
                .build();
    }
}
