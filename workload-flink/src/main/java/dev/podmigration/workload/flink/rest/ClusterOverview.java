package dev.podmigration.workload.flink.rest;

/** What a JobManager says about its cluster. */
public record ClusterOverview(
        int taskManagers,
        int slotsTotal,
        int slotsAvailable,
        int jobsRunning,
        String flinkVersion) {}
