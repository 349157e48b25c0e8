package dev.podmigration.api.v1alpha1;

/** What the target agent is to reach. */
public enum RestoreGoal {
    /** Take the memory, restore, and ask for the grant. */
    Restore,

    /**
     * Take the memory and ask for the grant before the pod exists; restore it as soon as podUid
     * tells which one it is.
     */
    Receive,

    /** Let the launcher fail and remove everything. */
    Cancel
}
