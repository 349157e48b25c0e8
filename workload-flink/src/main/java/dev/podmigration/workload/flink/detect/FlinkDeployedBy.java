package dev.podmigration.workload.flink.detect;

/** Who makes the TaskManagers of a cluster. */
public enum FlinkDeployedBy {
    /** Deployments, StatefulSets or people: Flink takes what registers. */
    Standalone,

    /** Flink's own resource manager, which deletes and replaces pods as it sees fit. */
    Native
}
