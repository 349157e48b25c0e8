package dev.podmigration.fault;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What is armed, what is held, and which points were passed. Each fault happens once. */
final class FaultSchedule {

    private static final Logger LOG = LoggerFactory.getLogger(FaultSchedule.class);

    /** Longer than any limit that a test waits for; a test that died must not hold for ever. */
    private static final Duration LONGEST_HOLD = Duration.ofMinutes(5);

    /** A point in a loop would fill the memory. */
    private static final int LONGEST_TRACE = 10_000;

    private final Runnable halt;
    private final Map<String, Fault> armed = new HashMap<>();
    private final Set<String> held = new HashSet<>();
    private final List<String> passed = new ArrayList<>();
    private volatile Duration clockAhead = Duration.ZERO;

    /**
     * @param halt ends the process and does not return
     */
    FaultSchedule(Runnable halt) {
        this.halt = halt;
    }

    synchronized void arm(String point, Fault fault) {
        armed.put(point, fault);
    }

    /** Lets go of what is held and forgets what was armed and passed. The clock stays as it is. */
    synchronized void clear() {
        armed.clear();
        held.clear();
        passed.clear();
        notifyAll();
    }

    /** From now on the program's clock differs by so much, negative for one that is behind. */
    void setClock(Duration ahead) {
        clockAhead = ahead;
    }

    Duration clockAhead() {
        return clockAhead;
    }

    synchronized Set<String> held() {
        return Set.copyOf(held);
    }

    /** In their order, each as often as it was passed. */
    synchronized List<String> passed() {
        return List.copyOf(passed);
    }

    void reach(String point) {
        take(point);
    }

    void leave(String point, ByteBuffer bytes) {
        if (take(point).orElse(null) == Fault.FLIP && bytes.hasRemaining()) {
            int middle = bytes.position() + bytes.remaining() / 2;
            bytes.put(middle, (byte) (bytes.get(middle) ^ 1));
        }
    }

    private synchronized Optional<Fault> take(String point) {
        if (passed.size() < LONGEST_TRACE) {
            passed.add(point);
        }
        Optional<Fault> fault = Optional.ofNullable(armed.remove(point));
        fault.ifPresent(
                found -> {
                    LOG.warn("Fault at \"{}\": {}", point, found);
                    switch (found) {
                        case HALT -> halt.run();
                        case HOLD -> hold(point);
                        case FLIP -> {}
                    }
                });
        return fault;
    }

    /** An interrupt ends the hold, as it would end whatever the thread does next. */
    private void hold(String point) {
        long end = System.nanoTime() + LONGEST_HOLD.toNanos();
        held.add(point);
        try {
            long left = LONGEST_HOLD.toMillis();
            while (held.contains(point) && left > 0) {
                wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            held.remove(point);
        }
        LOG.warn("Going on at \"{}\"", point);
    }
}
