package dev.podmigration.agent.commit;

/** What can happen to a target. */
public enum TargetEvent {
    /** All images and files are here, checked. */
    VERIFIED,
    /** CRIU's post-restore hook of the last container. */
    COMPLETE,
    /** The source's answer: run. */
    GRANTED,
    /** The source's answer: do not run. */
    REFUSED,
    /** Cancelled by the operator, stream lost, limit reached, no answer. */
    GIVE_UP,
    /** What was restored, or was to be, is gone: it could not run, whatever the answer. */
    MEMORY_LOST,
    /** The agent came up again and found the record. */
    RESTARTED
}
