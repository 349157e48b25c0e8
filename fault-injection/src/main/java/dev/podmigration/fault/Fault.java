package dev.podmigration.fault;

/** What happens at a point. */
public enum Fault {
    /** The process ends at once, as by SIGKILL. */
    HALT,
    /** The thread stands still until it is released, so that something else can be broken. */
    HOLD,
    /** One bit of what is sent is another one; at a point without bytes nothing. */
    FLIP,
    /**
     * What a check has found is ignored, as often as it is asked, until the schedule is cleared.
     */
    IGNORE
}
