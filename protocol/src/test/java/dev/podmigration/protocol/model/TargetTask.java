package dev.podmigration.protocol.model;

/** What the target's agent is at with the pod: a line of its program, lost when it dies. */
enum TargetTask {
    IDLE,
    /** Is away, and acts on its record before anything else when it comes back. */
    RECOVER,
    /** Asks the source's record, and nothing else happens meanwhile. */
    RECOVER_ASK,
    ORDER_RESTORE,
    COMPLETE,
    SEND_REQUEST,
    AWAIT_ANSWER,
    /** The record says RESUMED; the hook waits. */
    RUN,
    TELL,
    MARK,
    /** The record says CANCELLED. */
    KILL,
    /** Brings to life what was received. */
    BRING
}
