package dev.podmigration.agent.commit;

/** What can happen to a pod that is received before it exists. */
public enum ReceiverEvent {
    /** All images and files are here, checked. */
    VERIFIED,
    /** The source's answer: its memory is this node's now. */
    GRANTED,
    /** The source's answer: it was rolled back. */
    REFUSED,
    /** CRIU's post-restore hook of the last container, in the pod that exists by now. */
    COMPLETE,
    /** The operator cancelled it, or the stream was lost. */
    GIVE_UP,
    /** What was received is gone, or was restored in vain too often. */
    MEMORY_LOST,
    /** The agent came up again, found the record, and what was received is still there. */
    RESTARTED
}
