package dev.podmigration.agent.janitor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Remembers since when nobody needs a thing: only what was unneeded in every look for a while goes,
 * because a migration that begins makes one thing after another. Not thread-safe.
 */
final class UnneededFor {

    private record Name(Holding.Kind kind, String name) {}

    private final Duration grace;
    private Map<Name, Instant> since = Map.of();

    UnneededFor(Duration grace) {
        this.grace = grace;
    }

    /**
     * One look.
     *
     * @param unneeded everything that is there and that nobody needs now
     * @return what has been so for long enough
     */
    List<Holding> look(List<Holding> unneeded, Instant now) {
        Map<Name, Instant> seen = new HashMap<>();
        List<Holding> due = new ArrayList<>();
        for (Holding holding : unneeded) {
            Name name = new Name(holding.kind(), holding.name());
            Instant first = since.getOrDefault(name, now);
            seen.put(name, first);
            if (!first.plus(grace).isAfter(now)) {
                due.add(holding);
            }
        }
        since = seen;
        return due;
    }
}
