package dev.podmigration.api.v1alpha1;

/** What the target agent is to reach. */
public enum RestoreGoal {
    /** Take the memory, restore, and ask for the grant. */
    Restore,

    /** Let the launcher fail and remove everything. */
    Cancel
}
