package dev.podmigration.api.v1alpha1;

/** How far the source agent has come. */
public enum PodCheckpointPhase implements HalfPhase {
    /** Seen, nothing done yet. */
    Pending,

    /** Containers and findings are in the status. */
    Inspected,

    /** Files are copied a first time. */
    Preparing,

    /** The first copy is complete and the target waits. */
    Prepared,

    /** The pod is silent; memory moves. */
    Frozen,

    /** The grant is on disk: the source never runs again. */
    Granted,

    /** The source processes are gone and the node is clean. */
    Released,

    /** The source runs again and the node is clean. */
    RolledBack,

    /** The archives are complete; the pod runs. */
    Archived,

    /** Ended; nothing is left changed. */
    Failed;

    @Override
    public boolean isFinal() {
        return switch (this) {
            case Released, RolledBack, Archived, Failed -> true;
            case Pending, Inspected, Preparing, Prepared, Frozen, Granted -> false;
        };
    }
}
