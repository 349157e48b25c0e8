package dev.podmigration.agent;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What the API server is told only of a freeze that is long. Of a short one nobody can make use:
 * each status makes the API server, the operator and the agents work for some 100 ms of processor
 * time, and where they share the pod's node that prolongs the freeze.
 */
public final class LongFreeze {
    private static final Duration LONG = Duration.ofSeconds(1);

    private LongFreeze() {}

    /** Runs it on a thread of its own when the freeze that begins now has become long. */
    public static void then(String name, Runnable tell) {
        CompletableFuture.delayedExecutor(
                        LONG.toNanos(),
                        TimeUnit.NANOSECONDS,
                        task -> Thread.ofPlatform().daemon().name(name).start(task))
                .execute(tell);
    }
}
