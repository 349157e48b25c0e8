package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.observe.PodState;

import io.fabric8.kubernetes.api.model.Pod;

import java.util.List;

/** The pod runs, here, and is going to stay. */
final class PodCheck implements Check {

    private static final String NAME = "Pod";

    @Override
    public List<Finding> look(Pod source, Observation seen) {
        String pod = "Pod " + source.getMetadata().getName();
        String node = source.getSpec().getNodeName();
        String expected = seen.spec().getPod().getNodeName();
        if (source.isMarkedForDeletion()) {
            return List.of(
                    Finding.refused(
                            NAME,
                            FailureReason.PodBeingDeleted,
                            pod
                                    + " is being deleted since "
                                    + source.getMetadata().getDeletionTimestamp()
                                    + "."));
        }
        if (expected != null && !expected.equals(node)) {
            return List.of(
                    Finding.refused(
                            NAME,
                            FailureReason.PodMoved,
                            pod + " is on node " + node + ", not on " + expected + "."));
        }
        if (!PodState.isRunning(source)) {
            return List.of(
                    Finding.refused(
                            NAME,
                            FailureReason.PodNotRunning,
                            pod
                                    + " is in phase "
                                    + PodState.phase(source)
                                    + "; all its containers must run."));
        }
        return List.of(Finding.passed(NAME, pod + " runs on node " + node + "."));
    }
}
