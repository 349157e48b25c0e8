package dev.podmigration.agent.heap;

import java.time.Duration;

/**
 * What came of trying to make one JVM smaller.
 *
 * @param before private and shared memory that it had. Unit: bytes
 * @param after the same, when its flags were put back. Unit: bytes
 */
public record Trimmed(long before, long after, Duration took) {

    /** Memory that need not move. Unit: bytes, 0 if there is more than before. */
    public long saved() {
        return Math.max(0, before - after);
    }
}
