package dev.podmigration.fault;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.function.Supplier;

/** Another clock, but ahead of it by a time that may change at any moment. Thread-safe. */
final class FaultClock extends Clock {

    private final Clock right;
    private final Supplier<Duration> ahead;

    FaultClock(Clock right, Supplier<Duration> ahead) {
        this.right = right;
        this.ahead = ahead;
    }

    @Override
    public Instant instant() {
        return right.instant().plus(ahead.get());
    }

    @Override
    public ZoneId getZone() {
        return right.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return new FaultClock(right.withZone(zone), ahead);
    }
}
