package dev.podmigration.api.v1alpha1;

/** What the source agent is to reach. */
public enum CheckpointGoal {
    /** Read what is in the pod; change nothing. */
    Inspect,

    /** Connect to the target agent and copy files a first time while the pod runs. */
    Prepare,

    /** Freeze, move, and answer the question for the grant. */
    Migrate,

    /** Undo everything. */
    RollBack,

    /** Write a checkpoint archive of every container; the pod runs on. */
    Archive
}
