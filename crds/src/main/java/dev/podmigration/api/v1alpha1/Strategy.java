package dev.podmigration.api.v1alpha1;

/** How a pod is moved. From Checkpoint on: the rungs of the ladder, best first. */
public enum Strategy {
    /** The best strategy that the pod and both nodes allow. */
    Auto,

    /** Memory, sockets and files move; the processes go on where they were. */
    Checkpoint,

    /** Like Checkpoint, with a savepoint taken before, from which it goes on if that fails. */
    Hybrid,

    /** The program saves its state, is started anew on the target, and reads it there. */
    Savepoint,

    /** The program is started anew on the target; it has declared that it keeps nothing. */
    Recreate;

    /** The processes are frozen and moved. */
    public boolean isFreezing() {
        return this == Checkpoint || this == Hybrid;
    }
}
