package dev.podmigration.api.v1alpha1;

/** How far the target agent has come. */
public enum PodRestorePhase implements HalfPhase {
    /** Seen, nothing done yet. */
    Pending,

    /** Checks passed; the node waits for the pod. */
    Accepted,

    /** Every container waits to be restored. */
    Armed,

    /** Images arrive and CRIU restores. */
    Restoring,

    /** Goal Receive: everything is here, and so is the grant. There is no way back. */
    Granted,

    /** The grant was given and the pod runs here. */
    Committed,

    /**
     * The grant was given and the pod runs here, but it was started anew, without its memory; the
     * failure says why.
     */
    StartedAnew,

    /** Given up; the node is clean. */
    Cancelled,

    /** Ended; the node is clean. */
    Failed;

    @Override
    public boolean isFinal() {
        return switch (this) {
            case Committed, StartedAnew, Cancelled, Failed -> true;
            case Pending, Accepted, Armed, Restoring, Granted -> false;
        };
    }
}
