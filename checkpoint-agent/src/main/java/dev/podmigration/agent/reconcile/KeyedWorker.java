package dev.podmigration.agent.reconcile;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs one task for each key at a time, each key on its own thread. A request that comes while the
 * key's task runs makes it run once more afterwards; a task that throws is run again with growing
 * pauses. Thread-safe.
 */
final class KeyedWorker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeyedWorker.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(200);
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);

    private final Consumer<String> task;
    private final String name;
    private final ScheduledExecutorService retries =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("retries").factory());
    private final Map<String, Slot> slots = new HashMap<>();

    private boolean closed;

    private static final class Slot {
        private boolean again;
        private int failures;
    }

    KeyedWorker(String name, Consumer<String> task) {
        this.name = name;
        this.task = task;
    }

    synchronized void request(String key) {
        if (closed) {
            return;
        }
        Slot running = slots.get(key);
        if (running != null) {
            running.again = true;
        } else {
            start(key, new Slot());
        }
    }

    private synchronized void start(String key, Slot slot) {
        if (!closed) {
            slots.put(key, slot);
            // Platform threads: tasks make system calls and blocking file I/O.
            Thread.ofPlatform().daemon().name(name + " " + key).start(() -> run(key, slot));
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What the retry meets it handles itself.
    private void run(String key, Slot slot) {
        boolean failed = false;
        try {
            task.accept(key);
        } catch (RuntimeException e) {
            failed = true;
            LOG.warn("{} {}: will be tried again", name, key, e);
        }
        synchronized (this) {
            slots.remove(key);
            if (failed) {
                Slot next = new Slot();
                next.failures = slot.failures + 1;
                long pause =
                        Math.min(
                                LAST_RETRY.toMillis(),
                                FIRST_RETRY.toMillis() << Math.min(10, next.failures - 1));
                retries.schedule(() -> retry(key, next), pause, TimeUnit.MILLISECONDS);
            } else if (slot.again) {
                start(key, new Slot());
            }
        }
    }

    private synchronized void retry(String key, Slot slot) {
        if (!slots.containsKey(key)) {
            start(key, slot);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        retries.shutdownNow();
    }
}
