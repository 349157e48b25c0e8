package dev.podmigration.e2e.lab;

import dev.podmigration.e2e.workload.EchoServer;

import java.util.List;

/** Which nodes run processes of the echo server: there must never be two that really run. */
public final class Copies {
    private Copies() {}

    /**
     * One line "node pid state" for each of its first processes; state D or T in a frozen cgroup.
     */
    public static List<String> of(Lab lab) {
        return Lab.NODES.stream()
                .flatMap(
                        node ->
                                lab.onNode(
                                                node,
                                                """
                                                for process in /proc/[0-9]*; do
                                                    case "$(tr '\\0' ' ' <"$process/cmdline" 2>/dev/null)" in
                                                        java*"$1"*) echo "$2 ${process#/proc/}" ;;
                                                    esac
                                                done
                                                """,
                                                EchoServer.class.getName(),
                                                node)
                                        .lines())
                .toList();
    }
}
