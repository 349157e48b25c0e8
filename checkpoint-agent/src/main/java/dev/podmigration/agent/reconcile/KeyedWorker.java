package dev.podmigration.agent.reconcile;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Runs one task for each key at a time, each key on its own thread. A request that comes while the
 * key's task runs makes it run once more afterwards. A task that throws is run again with growing
 * pauses, one that has not come to its end after a long one. Thread-safe.
 */
final class KeyedWorker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeyedWorker.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(30);

    /** What is done for a key; false if it is to be done again after a while. */
    interface Task {
        boolean run(String key);
    }

    private final Task task;
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

    KeyedWorker(String name, Task task) {
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
        Slot next = new Slot();
        Optional<Duration> pause;
        try {
            pause = task.run(key) ? Optional.empty() : Optional.of(LAST_PAUSE);
        } catch (RuntimeException e) {
            next.failures = slot.failures + 1;
            pause = Optional.of(pause(next.failures));
            LOG.warn("{} {}: will be tried again in {}", name, key, pause.get(), e);
        }
        synchronized (this) {
            slots.remove(key);
            notifyAll();
            if (slot.again) {
                // What was asked for meanwhile is not put off, but a task that fails at once, and
                // asks for itself before it does, must not run without a pause.
                pause = next.failures == 0 ? Optional.of(Duration.ZERO) : Optional.of(FIRST_PAUSE);
            }
            if (pause.isPresent() && !closed) {
                retries.schedule(
                        () -> retry(key, next), pause.get().toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    private static Duration pause(int failures) {
        Duration growing = FIRST_PAUSE.multipliedBy(1L << Math.min(10, failures - 1));
        return growing.compareTo(LAST_PAUSE) < 0 ? growing : LAST_PAUSE;
    }

    private synchronized void retry(String key, Slot slot) {
        if (!slots.containsKey(key)) {
            start(key, slot);
        }
    }

    /**
     * Waits until nothing is being done; requests that come meanwhile count, too.
     *
     * @return whether that came within the limit
     */
    synchronized boolean awaitIdle(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        long left = limit.toMillis();
        while (!slots.isEmpty() && left > 0) {
            wait(left);
            left = Duration.ofNanos(end - System.nanoTime()).toMillis();
        }
        return slots.isEmpty();
    }

    @Override
    public synchronized void close() {
        closed = true;
        retries.shutdownNow();
    }
}
