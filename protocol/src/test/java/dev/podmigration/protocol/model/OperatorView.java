package dev.podmigration.protocol.model;

import dev.podmigration.api.v1alpha1.PodMigrationPhase;

/** All that an operator's turn depends on; equal views give equal turns. */
record OperatorView(
        Clock clock,
        PodMigrationPhase phase,
        boolean undoing,
        boolean wasCommitted,
        boolean targetPlanned,
        boolean targetSeen,
        boolean inherited,
        Seen checkpoint,
        Seen restore,
        Existence sourcePod,
        Existence targetPod) {

    /** What the operator's clock and the heartbeats of the agents say. */
    enum Clock {
        IN_TIME,
        /** Whatever is waited for has taken too long. */
        LATE,
        /** In time, and the user does not want it any more. */
        CANCELLED,
        SOURCE_SILENT,
        TARGET_SILENT
    }

    /** One half. */
    record Seen(Existence existence, Enum<?> goal, Enum<?> phase, boolean namesPod) {}

    /** Caches are asked first; what is in none of them is asked for. */
    static OperatorView of(World world, Clock clock, boolean cachesLag) {
        World.Checkpoint checkpoint =
                cachesLag && world.knownCheckpoint.existence.isThere()
                        ? world.knownCheckpoint
                        : world.checkpoint;
        World.Restore restore =
                cachesLag && world.knownRestore.existence.isThere()
                        ? world.knownRestore
                        : world.restore;
        return new OperatorView(
                clock,
                world.phase,
                world.undoing,
                world.wasCommitted,
                world.targetPlanned,
                world.targetSeen,
                world.inherited,
                new Seen(checkpoint.existence, checkpoint.goal, checkpoint.phase, false),
                new Seen(restore.existence, restore.goal, restore.phase, restore.namesPod),
                cachesLag && world.knownSourcePod.isThere()
                        ? world.knownSourcePod
                        : world.sourcePod,
                cachesLag && world.knownTargetPod.isThere()
                        ? world.knownTargetPod
                        : world.targetPod);
    }
}
