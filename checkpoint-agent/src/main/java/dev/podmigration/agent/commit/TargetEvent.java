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
    /** Cancelled by the operator, stream lost, restore failed, limit reached. */
    GIVE_UP,
    /** The agent came up again and found the record. */
    RESTARTED
}
