package dev.podmigration.agent.metrics;

import dev.podmigration.api.v1alpha1.ByteCounts;
import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.Freeze;
import dev.podmigration.api.v1alpha1.HalfStatus;
import dev.podmigration.api.v1alpha1.PodCheckpointStatus;
import dev.podmigration.api.v1alpha1.PodRestoreStatus;
import dev.podmigration.api.v1alpha1.Step;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/**
 * What the agent of one node counts. Labels are sides, phases, reasons, steps and abilities only:
 * names of pods or containers would be without bound. Thread-safe.
 */
public final class AgentMetrics {

    private static final String SOURCE = "source";
    private static final String TARGET = "target";

    /** What the source's agent calls the steps that the target's has told it. */
    private static final String OF_TARGET = "target ";

    /** Those of the operator's histogram, so that both can be laid over each other. */
    private static final Duration[] FREEZE_BOUNDS =
            LongStream.of(
                            100, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000, 10_000, 30_000,
                            60_000)
                    .mapToObj(Duration::ofMillis)
                    .toArray(Duration[]::new);

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final MultiGauge abilities =
            MultiGauge.builder("podmigration.agent.ability.proved")
                    .description("1 if the node's own test of the ability succeeded, else 0")
                    .register(registry);

    private final MultiGauge held =
            MultiGauge.builder("podmigration.agent.held")
                    .description("Things that the agent keeps on its node")
                    .register(registry);
    private final MultiGauge heldBytes =
            MultiGauge.builder("podmigration.agent.held.bytes")
                    .description("What these things take on the disk or in memory")
                    .register(registry);

    /** Everything in the text format of Prometheus. */
    public String scrape() {
        return registry.scrape();
    }

    /** What is under way, asked for at every scrape. */
    public void active(Supplier<Number> leaving, Supplier<Number> coming) {
        active(SOURCE, leaving);
        active(TARGET, coming);
    }

    private void active(String side, Supplier<Number> count) {
        Gauge.builder("podmigration.agent.active", count)
                .description("PodCheckpoints or PodRestores of this node that have not ended")
                .tag("side", side)
                .strongReference(true)
                .register(registry);
    }

    /** The outcome of the node's own test, by ability; in place of the one before. */
    public void proved(Map<String, Boolean> outcomes) {
        abilities.register(
                outcomes.entrySet().stream()
                        .map(
                                outcome ->
                                        MultiGauge.Row.of(
                                                Tags.of("ability", outcome.getKey()),
                                                outcome.getValue() ? 1 : 0))
                        .toList(),
                true);
    }

    /**
     * Things of one kind that the agent keeps on its node.
     *
     * @param bytes that they take on the disk or in memory
     */
    public record Held(String kind, long count, long bytes) {}

    /** What is on the node, in place of what was there before. */
    public void held(List<Held> things) {
        held.register(rows(things, Held::count), true);
        heldBytes.register(rows(things, Held::bytes), true);
    }

    private static List<MultiGauge.Row<?>> rows(List<Held> things, ToLongFunction<Held> value) {
        return things.stream()
                .<MultiGauge.Row<?>>map(
                        thing ->
                                MultiGauge.Row.of(
                                        Tags.of("kind", thing.kind()), value.applyAsLong(thing)))
                .toList();
    }

    /** Something of a kind was taken away, because it was of no use or beyond a limit. */
    public void removed(String kind, String why) {
        registry.counter("podmigration.agent.removed", "kind", kind, "reason", why).increment();
    }

    /** A PodCheckpoint has come to its end. */
    public void ended(PodCheckpointStatus status) {
        count(SOURCE, status);
        Freeze freeze = status.getFreeze();
        if (freeze != null && freeze.getMilliseconds() != null) {
            Timer.builder("podmigration.agent.freeze")
                    .description("Time in which neither copy answered")
                    .tag("outcome", String.valueOf(status.getPhase()))
                    .serviceLevelObjectives(FREEZE_BOUNDS)
                    .register(registry)
                    .record(Duration.ofMillis(freeze.getMilliseconds()));
        }
        steps(SOURCE, status.getSteps());
        ByteCounts bytes = status.getBytes();
        if (bytes != null) {
            count("memory", bytes.getMemory());
            count("files", bytes.getFiles());
        }
    }

    /** A PodRestore has come to its end. */
    public void ended(PodRestoreStatus status) {
        count(TARGET, status);
        steps(TARGET, status.getSteps());
    }

    private void count(String side, HalfStatus status) {
        registry.counter(
                        "podmigration.agent.migrations",
                        "side",
                        side,
                        "outcome",
                        String.valueOf(status.getPhase()),
                        "reason",
                        Optional.ofNullable(status.getFailure())
                                .map(Failure::getReason)
                                .map(Enum::name)
                                .orElse("None"))
                .increment();
    }

    private void steps(String side, List<Step> steps) {
        for (Step step : steps) {
            String name = String.valueOf(step.getName());
            // What the target has told its own agent counts.
            if (!name.startsWith(OF_TARGET)) {
                Timer.builder("podmigration.agent.step")
                        .description("Time spent in a step of the freeze")
                        .tag("side", side)
                        .tag("step", withoutContainer(name))
                        .register(registry)
                        .record(Duration.ofMillis(step.getMilliseconds()));
            }
        }
    }

    /** {@code container NAME}: the first word says what was done. */
    private static String withoutContainer(String step) {
        int space = step.indexOf(' ');
        return space < 0 ? step : step.substring(0, space);
    }

    private void count(String kind, @Nullable Long bytes) {
        if (bytes != null) {
            registry.counter("podmigration.agent.moved.bytes", "kind", kind).increment(bytes);
        }
    }
}
