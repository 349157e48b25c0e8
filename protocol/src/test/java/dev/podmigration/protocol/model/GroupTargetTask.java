package dev.podmigration.protocol.model;

/** What the target's agent of one member of a group is at. */
enum GroupTargetTask {
    IDLE,
    RESTORE,
    ASK,
    SEND_REQUEST,
    AWAIT_ANSWER,
    RECORD_RESUMED,
    RESUME,
    KILL,
    RECOVER
}
