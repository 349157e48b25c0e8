package dev.podmigration.workload.flink.strategy;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.flink.detect.FlinkDeployedBy;
import dev.podmigration.workload.flink.detect.FlinkPod;
import dev.podmigration.workload.flink.rest.FlinkFailure;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;

import java.util.Optional;

/** Whose pods may be moved as pods: nobody else must take their going for something to repair. */
final class Ownership {

    static final String API_VERSION = "flink.apache.org/v1beta1";
    static final String FLINK_DEPLOYMENT = "FlinkDeployment";

    private Ownership() {}

    /**
     * The FlinkDeployment of a pod: that of its cluster's name, which only pods can have that Flink
     * or its Kubernetes operator has labelled.
     */
    static Optional<GenericKubernetesResource> flinkDeployment(
            FlinkPod flink, Namespace namespace) {
        return flink.clusterId()
                .flatMap(name -> namespace.find(API_VERSION, FLINK_DEPLOYMENT, name));
    }

    /** Nobody but the operator moves pods of this cluster. */
    static void checkMovableAsPod(FlinkPod flink, Namespace namespace) throws FlinkFailure {
        Optional<Failure> shown = flink.objection();
        if (shown.isPresent()) {
            throw FlinkFailure.of(shown.get());
        }
        // A JobManager of native mode that somebody started by hand has no FlinkDeployment.
        if (flink.deployedBy() == FlinkDeployedBy.Native
                && flinkDeployment(flink, namespace).isPresent()) {
            throw FlinkFailure.of(flink.belongsToFlinkOperator());
        }
    }
}
