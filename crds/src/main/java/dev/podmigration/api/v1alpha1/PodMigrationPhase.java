package dev.podmigration.api.v1alpha1;

/** How far a migration has come. */
public enum PodMigrationPhase {
    /** Seen, nothing done yet. */
    Pending,

    /** Checks run; the pod is not touched. */
    Preflight,

    /** The target pod is being made and files are copied a first time; the source runs. */
    Preparing,

    /** The target pod waits to be restored; the source runs. */
    Armed,

    /** Neither copy answers; memory moves. */
    Frozen,

    /** The target puts memory and sockets back. */
    Restoring,

    /** The pod is moved without its memory; the source is not gone yet. */
    Moving,

    /** Only the target may ever run from here on. */
    Committed,

    /** Owners and endpoints move over and the source pod is deleted. */
    Switching,

    /** The pod runs on the target. With dryRun: all checks passed. */
    Succeeded,

    /** The source runs again as if nothing had happened. */
    RolledBack,

    /** Ended without a running target; status.failure says what is left. */
    Failed,

    /** Ended because the user asked for it; the source runs. */
    Cancelled;

    /** Nothing happens any more. */
    public boolean isFinal() {
        return switch (this) {
            case Succeeded, RolledBack, Failed, Cancelled -> true;
            case Pending,
                    Preflight,
                    Preparing,
                    Armed,
                    Frozen,
                    Restoring,
                    Moving,
                    Committed,
                    Switching ->
                    false;
        };
    }

    /** The decision for the target has been made and cannot be taken back. */
    public boolean isCommitted() {
        return switch (this) {
            case Committed, Switching, Succeeded -> true;
            case Pending,
                    Preflight,
                    Preparing,
                    Armed,
                    Frozen,
                    Restoring,
                    Moving,
                    RolledBack,
                    Failed,
                    Cancelled ->
                    false;
        };
    }

    /** Neither copy answers. */
    public boolean isFreeze() {
        return this == Frozen || this == Restoring;
    }

    /** A wish to cancel can still be followed. */
    public boolean isCancellable() {
        return !isFinal() && !isCommitted();
    }
}
