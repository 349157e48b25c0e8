package dev.podmigration.agent;

import dev.podmigration.api.v1alpha1.Step;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How long each step took, in the order in which the steps ended. Thread-safe. */
public final class StepTimes {

    private final Map<String, Long> nanos = new LinkedHashMap<>();
    private long last = System.nanoTime();

    /** Starts counting anew. */
    public synchronized void begin() {
        nanos.clear();
        last = System.nanoTime();
    }

    /** The time since the previous call belongs to {@code step}. */
    public synchronized void done(String step) {
        long now = System.nanoTime();
        nanos.merge(step, now - last, Long::sum);
        last = now;
    }

    /** A step of another node. */
    public synchronized void add(String step, long micros) {
        nanos.merge(step, TimeUnit.MICROSECONDS.toNanos(micros), Long::sum);
    }

    public synchronized Map<String, Long> micros() {
        Map<String, Long> micros = new LinkedHashMap<>();
        nanos.forEach((step, time) -> micros.put(step, TimeUnit.NANOSECONDS.toMicros(time)));
        return micros;
    }

    public synchronized List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        nanos.forEach(
                (name, time) -> {
                    Step step = new Step();
                    step.setName(name);
                    step.setMilliseconds(TimeUnit.NANOSECONDS.toMillis(time));
                    steps.add(step);
                });
        return steps;
    }
}
