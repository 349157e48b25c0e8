package dev.podmigration.agent.commit;

/** What can happen to a source between the freeze and the end. */
public enum SourceEvent {
    /** The target's container is complete and asks whether it may run. May come more than once. */
    GRANT_REQUESTED,
    /** Freeze limit, cancel, failed dump, broken stream. */
    GIVE_UP,
    /** The target's own durable record says that it never ran and never will. */
    TARGET_NEVER_RESUMED,
    /** The API server says that the source pod is being deleted or gone. */
    POD_DELETED,
    /** The agent came up again and found the record. */
    RESTARTED
}
