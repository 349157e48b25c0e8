package dev.podmigration.agent.source;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.time.Duration;

/** The end of the freeze, by the monotonic clock. */
record Deadline(long endNanos, Duration limit) {

    static Deadline since(long startNanos, Duration limit) {
        return new Deadline(startNanos + limit.toNanos(), limit);
    }

    /**
     * @throws AgentFailure {@code FreezeLimitExceeded} when nothing is left
     */
    Duration left() throws AgentFailure {
        long left = endNanos - System.nanoTime();
        if (left <= 0) {
            throw exceeded("the next step had not begun");
        }
        return Duration.ofNanos(left);
    }

    boolean passed() {
        return System.nanoTime() - endNanos >= 0;
    }

    /**
     * @param where what was under way
     */
    AgentFailure exceeded(String where) {
        return new AgentFailure(
                FailureReason.FreezeLimitExceeded,
                "The freeze took longer than " + limit.toMillis() + " ms: " + where);
    }
}
