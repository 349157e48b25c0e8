package dev.podmigration.workload;

import java.util.Optional;

/**
 * Knows a kind of program when it sees one.
 *
 * <p>It is asked in preflight, at least twice: before and after the agent has looked into the pod,
 * and again after every event. It looks only at what it is given, waits for nothing, and gives the
 * same answer to the same pod. It is called by several threads at once. An exception, or no answer
 * within two seconds, counts as "not mine" and is a warning among the findings.
 */
public interface WorkloadDetector {

    /**
     * Name of the program, for people and for {@code optionsAddedBy}: a letter, then letters,
     * digits and hyphens, 63 at most. Two of one name are not loaded.
     */
    String name();

    /** What this detector makes of a pod; empty: not mine. */
    Optional<Detection> detect(MovingPod pod);
}
