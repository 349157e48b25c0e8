package dev.podmigration.protocol.explore;

/** What makes a step happen. */
public enum Kind {
    /** Somebody does the next thing. Comes, sooner or later, if nothing goes wrong. */
    STEP,
    /** A limit is over. May come at any moment, and comes if nothing else does. */
    TIMEOUT,
    /** Something breaks, or somebody changes his mind. May come at any moment, or never. */
    FAULT;

    /** Whether it can be relied on for getting any further. */
    public boolean isProgress() {
        return this != FAULT;
    }
}
