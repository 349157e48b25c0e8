package dev.podmigration.protocol.model;

/** Whether the API server has an object. */
enum Existence {
    NOT_MADE,
    THERE,
    /** With a deletion timestamp: somebody holds it until he has cleaned up. */
    GOING,
    GONE;

    boolean isThere() {
        return this == THERE || this == GOING;
    }
}
