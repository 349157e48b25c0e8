package dev.podmigration.workload.flink.detect;

/** What a process is in a Flink cluster. */
public enum FlinkRole {
    JobManager,
    TaskManager
}
