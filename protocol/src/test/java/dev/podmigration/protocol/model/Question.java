package dev.podmigration.protocol.model;

/** The call by which the target asks the source's record when the stream is gone. */
enum Question {
    NONE,
    ASKED,
    ANSWERED_GRANT,
    ANSWERED_REFUSAL,
    /** Nobody waits for the answer any more, but the request is still under way. */
    LATE
}
