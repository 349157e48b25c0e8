package dev.podmigration.agent.inspect;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * TCP sockets by their state, from {@code /proc/<pid>/net/tcp} and {@code tcp6}. These show the
 * whole network namespace; which sockets are the container's say the descriptors of its processes.
 * A connection that the kernel keeps without a process (TIME-WAIT) is nobody's.
 */
final class SocketStates {

    /** include/net/tcp_states.h; the first one is 1. */
    private static final List<String> NAMES =
            List.of(
                    "ESTABLISHED",
                    "SYN_SENT",
                    "SYN_RECV",
                    "FIN_WAIT1",
                    "FIN_WAIT2",
                    "TIME_WAIT",
                    "CLOSE",
                    "CLOSE_WAIT",
                    "LAST_ACK",
                    "LISTEN",
                    "CLOSING",
                    "NEW_SYN_RECV");

    private static final int STATE_FIELD = 3;
    private static final int INODE_FIELD = 9;

    private SocketStates() {}

    /**
     * Counts.
     *
     * @param tables lines of the kernel's tables, with or without their titles
     * @param inodes those of the sockets that count
     */
    static Map<String, Integer> count(List<String> tables, Set<Long> inodes) {
        Map<Long, String> states = new HashMap<>();
        for (String line : tables) {
            String[] fields = line.strip().split(" +");
            if (fields.length > INODE_FIELD && fields[0].endsWith(":")) {
                long inode = Long.parseLong(fields[INODE_FIELD]);
                int state = Integer.parseInt(fields[STATE_FIELD], 16);
                if (inodes.contains(inode) && state >= 1 && state <= NAMES.size()) {
                    states.put(inode, NAMES.get(state - 1));
                }
            }
        }
        Map<String, Integer> counts = new TreeMap<>();
        states.values().forEach(state -> counts.merge(state, 1, Integer::sum));
        return counts;
    }
}
