package dev.podmigration.agent.commit;

/**
 * What the durable record of the source says. There is no record before the freeze: a pod without
 * one has never been touched.
 */
public enum SourceState {
    /** Written before the first process is stopped: after a crash the pod must be thawed. */
    FROZEN,
    /** Written before the grant is sent: from here on the source never runs again by itself. */
    GRANTED,
    /** The source's processes were killed. Final. */
    RELEASED,
    /** The source runs again, or is about to. Final. */
    ROLLED_BACK
}
