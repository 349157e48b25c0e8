package dev.podmigration.workload.flink.detect;

/** What a Flink cluster is there for. */
public enum FlinkMode {
    /** Takes jobs and outlives them. */
    Session,

    /** Exists for one job and ends with it. */
    Application
}
