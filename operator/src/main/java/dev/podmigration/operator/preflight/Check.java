package dev.podmigration.operator.preflight;

import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.operator.observe.Observation;

import io.fabric8.kubernetes.api.model.Pod;

import java.util.List;

/** One question about a pod that is to move. Changes nothing and asks no agent. */
interface Check {

    /** At least one finding. A check that finds nothing wrong says what it looked at. */
    List<Finding> look(Pod source, Observation seen);
}
