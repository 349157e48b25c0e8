package dev.podmigration.protocol.model;

/** What there is of the pod on the target's node. */
enum TargetContainer {
    NONE,
    /** Its launcher waits for an order. */
    LAUNCHER,
    /** CRIU has put it together; it stands still in a hook. */
    RESTORED,
    RUNS
}
