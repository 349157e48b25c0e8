package dev.podmigration.agent;

import dev.podmigration.agent.archive.ArchiveLimits;

import java.time.Duration;
import java.util.Map;

/**
 * What the DaemonSet tells the agent through its environment.
 *
 * @param node name of the Node this agent runs on
 * @param address of the node, IPv4 or IPv6 without brackets
 * @param namespace of the operator and of this pod
 * @param port at which other agents reach this one, TCP
 * @param imagePort at which memory images of other agents arrive, TCP
 * @param healthPort of /livez, /readyz and /metrics, TCP
 * @param archives how many of them the node keeps
 * @param leftoverAge how long something must have been of no use before it is removed
 */
record Settings(
        String node,
        String address,
        String namespace,
        int port,
        int imagePort,
        int healthPort,
        ArchiveLimits archives,
        Duration leftoverAge) {

    static Settings of(Map<String, String> environment) {
        return new Settings(
                required(environment, "NODE_NAME"),
                required(environment, "NODE_IP"),
                required(environment, "POD_NAMESPACE"),
                port(environment, "PODMIGRATION_LISTEN_PORT", 9444),
                port(environment, "PODMIGRATION_IMAGE_PORT", 9446),
                port(environment, "PODMIGRATION_HEALTH_PORT", 9445),
                new ArchiveLimits(
                        Duration.ofHours(
                                positive(environment, "PODMIGRATION_ARCHIVE_MAX_AGE_HOURS", 168)),
                        positive(environment, "PODMIGRATION_ARCHIVE_MAX_COUNT", 20),
                        (long) positive(environment, "PODMIGRATION_ARCHIVE_MAX_GIB", 20) << 30),
                Duration.ofMinutes(positive(environment, "PODMIGRATION_LEFTOVER_MINUTES", 15)));
    }

    /** {@code host:port} for other agents. */
    String peerAddress() {
        return kubeletHost() + ":" + port;
    }

    /** The node's address as a part of an URI. */
    String kubeletHost() {
        return address.contains(":") ? "[" + address + "]" : address;
    }

    private static String required(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("The environment variable " + name + " is not set");
        }
        return value;
    }

    private static int positive(Map<String, String> environment, String name, int otherwise) {
        int value = Integer.parseInt(environment.getOrDefault(name, Integer.toString(otherwise)));
        if (value < 1) {
            throw new IllegalArgumentException(name + " is not positive: " + value);
        }
        return value;
    }

    private static int port(Map<String, String> environment, String name, int otherwise) {
        int port = Integer.parseInt(environment.getOrDefault(name, Integer.toString(otherwise)));
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException(name + " is not a TCP port: " + port);
        }
        return port;
    }
}
