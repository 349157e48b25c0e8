package dev.podmigration.workload.flink.rest;

import java.time.Duration;

/**
 * What one call may cost.
 *
 * @param connect until the connection stands
 * @param answer from the call until the last byte of its answer
 * @param answerBytes the largest answer that is read. The biggest ones, exceptions with stack
 *     traces and the plan of a job with hundreds of operators, have some hundred kilobytes
 */
public record RestLimits(Duration connect, Duration answer, int answerBytes) {

    public static final RestLimits DEFAULT =
            new RestLimits(Duration.ofSeconds(3), Duration.ofSeconds(10), 8 << 20);

    public RestLimits {
        if (connect.isNegative() || connect.isZero() || answer.compareTo(connect) < 0) {
            throw new IllegalArgumentException("connect " + connect + ", answer " + answer);
        }
        if (answerBytes <= 0) {
            throw new IllegalArgumentException("answerBytes " + answerBytes);
        }
    }
}
