package dev.podmigration.workload.flink.rest;

/** A job and its state. */
public record JobSummary(JobId id, JobState state) {}
