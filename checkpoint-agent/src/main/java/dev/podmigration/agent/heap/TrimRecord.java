package dev.podmigration.agent.heap;

import dev.podmigration.agent.inspect.JvmProcess;

import java.util.List;

/**
 * What has to be put back in a JVM, by whoever comes to it.
 *
 * @param pid of the JVM, as the node counts
 * @param startTicks when that process began, in clock ticks since the node's start
 * @param flags with the values that they had, in the order in which they can be put back; empty if
 *     none was changed yet
 */
record TrimRecord(long pid, long startTicks, List<Flag> flags) {

    /** As in {@code -XX:NAME=VALUE}. */
    record Flag(String name, String value) {}

    TrimRecord {
        flags = List.copyOf(flags);
    }

    /** What the record of that JVM is called. */
    static String name(JvmProcess jvm) {
        return jvm.pid() + "-" + jvm.startTicks();
    }
}
