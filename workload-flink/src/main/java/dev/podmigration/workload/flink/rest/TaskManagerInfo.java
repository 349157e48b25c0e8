package dev.podmigration.workload.flink.rest;

/**
 * A TaskManager as its JobManager knows it.
 *
 * @param host what it advertises: a name or an address
 * @param rpcPort 0 if its path does not say
 */
public record TaskManagerInfo(
        String id, String host, int rpcPort, int dataPort, int slots, int freeSlots) {}
