package dev.podmigration.protocol.model;

/** What the source's agent is at with one member of a group. Gone with the agent. */
enum GroupSourceTask {
    IDLE,
    AT_BARRIER,
    OPEN_GROUP,
    BEGIN,
    STOP,
    SEND,
    AWAIT_REQUEST,
    GRANT_GROUP,
    GRANT_OWN,
    WAITING,
    SEND_GRANT,
    SEND_REFUSAL,
    AWAIT_RESUMED,
    SETTLE_GROUP,
    SETTLE_OWN,
    RECOVER_GROUP,
    RECOVER_OWN,
    THAW,
    KILL
}
