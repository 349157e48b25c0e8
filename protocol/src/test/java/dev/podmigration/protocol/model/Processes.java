package dev.podmigration.protocol.model;

/** What the source's processes do. */
enum Processes {
    RUN,
    /** Stopped by the pod's control group. */
    FROZEN,
    DEAD
}
