package dev.podmigration.workload.flink.rest;

/** Where a task runs. */
public record Subtask(int index, String status, int attempt, String taskManagerId) {}
