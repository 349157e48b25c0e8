package dev.podmigration.agent.launcher;

import java.time.Duration;
import java.time.Instant;

/**
 * A launcher that waits for its order.
 *
 * @param bundle the OCI bundle as the node names it; its {@code config.json} tells the container's
 *     root
 * @param pid of the launcher, as the node numbers it
 */
public record ArmedLauncher(String containerId, String bundle, long pid, Instant armedAt) {

    /**
     * How long a launcher waits before it gives up by itself; {@code order_seconds} in the script.
     */
    public static final Duration PATIENCE = Duration.ofSeconds(80);

    public Duration patienceLeft(Instant now) {
        return PATIENCE.minus(Duration.between(armedAt, now));
    }
}
