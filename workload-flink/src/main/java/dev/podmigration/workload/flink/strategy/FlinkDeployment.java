package dev.podmigration.workload.flink.strategy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.flink.detect.FlinkPod;
import dev.podmigration.workload.flink.rest.FlinkFailure;

import java.util.List;

/**
 * A FlinkDeployment (flink.apache.org/v1beta1) as it is now. Read by the names that the Flink
 * Kubernetes operator has had since its version 1.0; what is not there is empty.
 */
record FlinkDeployment(String name, JsonNode object) {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * @throws FlinkFailure FlinkDeploymentNotStable: there is none
     */
    static FlinkDeployment find(FlinkPod flink, Namespace namespace) throws FlinkFailure {
        String name = flink.clusterId().orElse("");
        return Ownership.flinkDeployment(flink, namespace)
                .map(found -> new FlinkDeployment(name, MAPPER.valueToTree(found)))
                .orElseThrow(
                        () ->
                                new FlinkFailure(
                                        FailureReason.FlinkDeploymentNotStable,
                                        "There is no FlinkDeployment "
                                                + name
                                                + " in this namespace, although the pod bears the"
                                                + " marks of one."));
    }

    JsonNode spec() {
        return object.path("spec");
    }

    String lifecycleState() {
        return object.path("status").path("lifecycleState").asText("");
    }

    String jobState() {
        return object.path("status").path("jobStatus").path("state").asText("");
    }

    String upgradeMode() {
        return spec().path("job").path("upgradeMode").asText("");
    }

    boolean isSuspended() {
        return spec().path("job").path("state").asText("running").equals("suspended")
                || lifecycleState().equals("SUSPENDED");
    }

    /** A session cluster of the Flink operator: its jobs are FlinkSessionJobs. */
    boolean hasNoJob() {
        return !spec().path("job").isObject();
    }

    /** The Flink operator has seen the latest change of the specification. */
    boolean isObserved() {
        return object.path("status").path("observedGeneration").asLong(-1)
                >= object.path("metadata").path("generation").asLong(0);
    }

    boolean isStable() {
        return isObserved() && lifecycleState().equals("STABLE") && jobState().equals("RUNNING");
    }

    /** The Flink operator has given up what it was told last. */
    boolean hasFailed() {
        return isObserved()
                && List.of("FAILED", "ROLLED_BACK", "ROLLING_BACK").contains(lifecycleState());
    }

    /** For people. */
    String words() {
        String error = object.path("status").path("error").asText("");
        String shown = error.replaceAll("\\p{Cntrl}+", " ");
        return "FlinkDeployment "
                + name
                + " is "
                + (lifecycleState().isEmpty() ? "not reconciled yet" : lifecycleState())
                + ", its job "
                + (jobState().isEmpty() ? "unknown" : jobState())
                + (shown.isEmpty() ? "" : ": " + shown.substring(0, Math.min(shown.length(), 500)));
    }
}
