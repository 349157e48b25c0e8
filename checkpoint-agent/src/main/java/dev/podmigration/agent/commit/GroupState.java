package dev.podmigration.agent.commit;

/**
 * What the durable record of a group says about those of its members that are {@link
 * SourceState#FROZEN}: it decides for all of them at once.
 */
public enum GroupState {
    /** Written before the first member is stopped. */
    OPEN,
    /** Written before the first grant is sent: from here on every member has granted. */
    GRANTED,
    /** Written before the first member runs again: from here on none can be granted. */
    ROLLED_BACK
}
