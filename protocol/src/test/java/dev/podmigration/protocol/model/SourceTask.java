package dev.podmigration.protocol.model;

/** What the source's agent is at: a line of its program, lost when it dies. */
enum SourceTask {
    /** Between two looks at its PodCheckpoint. */
    IDLE,
    /** Is away, and acts on its record before anything else when it comes back. */
    RECOVER,
    PREPARED,
    PREPARE_FAILED,
    AWAIT_FENCED,
    STOP,
    SEND,
    AWAIT_REQUEST,
    SEND_GRANT,
    SEND_REFUSAL,
    AWAIT_RESUMED,
    /** Asks the API server which event it is, and its record what follows. */
    SETTLE,
    /** The record allows it. */
    THAW,
    KILL,
    REPORT_GRANTED,
    REPORT_ROLLED_BACK,
    REPORT_RELEASED,
    /** Its PodCheckpoint is being deleted and nothing needs the record. */
    DROP_RECORD,
    DROP_FINALIZER
}
