package dev.podmigration.protocol.model;

/** Why a source is brought to its end, which says what comes after it. */
enum SourceReason {
    /** Goal Migrate, and it failed. */
    MIGRATE,
    /** Goal RollBack. */
    ROLL_BACK,
    /** The PodCheckpoint is being deleted. */
    FORGET,
    /** The agent came up. */
    RECOVER
}
