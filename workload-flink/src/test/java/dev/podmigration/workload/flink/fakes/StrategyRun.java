package dev.podmigration.workload.flink.fakes;

import dev.podmigration.api.v1alpha1.Freeze;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.PodMigrationSpec;
import dev.podmigration.api.v1alpha1.PodMigrationStatus;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.Move;
import dev.podmigration.workload.MovingPod;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.Step;
import dev.podmigration.workload.flink.detect.FlinkDetector;
import dev.podmigration.workload.flink.rest.TriggerId;

import io.fabric8.kubernetes.api.model.Pod;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Drives a strategy as the operator does: step after step, each with what the last one returned.
 * Time that a strategy wants to wait is added to the clock of the steps, and only a little of it is
 * waited.
 */
public final class StrategyRun {

    private static final int MOST_STEPS = 400;

    private final MigrationStrategy strategy;
    private final FakeNamespace namespace;
    private Pod source;
    private @Nullable Pod target;
    private Map<String, String> memory = Map.of();
    private boolean fellBack;
    private List<String> targetNodes = List.of("node-b");

    /** Other pods that move with this one. */
    private final List<MovingPod> others = new ArrayList<>();

    /** What was waited for, in order. */
    public final List<String> waits = new ArrayList<>();

    /**
     * Waits as long as the strategy wants: behind the clock of the steps there is a real cluster.
     */
    public boolean inRealTime;

    /** Milliseconds that the freeze is expected to take. */
    public long freezeMillis = 200;

    public StrategyRun(MigrationStrategy strategy, FakeNamespace namespace, Pod source) {
        this.strategy = strategy;
        this.namespace = namespace;
        this.source = source;
    }

    /** The pod that takes the place of the source; null: none yet. */
    public StrategyRun movedTo(Pod pod) {
        target = pod;
        return this;
    }

    /** One more pod that moves with it. */
    public StrategyRun with(Pod pod) {
        others.add(new MovingPod(Optional.of(pod), List.of(), Optional.empty()));
        return this;
    }

    public StrategyRun fallBack() {
        fellBack = true;
        return this;
    }

    public Map<String, String> memory() {
        return memory;
    }

    public Move move() {
        PodMigration migration = new PodMigration();
        migration.getMetadata().setName("move");
        migration.getMetadata().setUid("uid-of-the-migration");
        migration.setSpec(new PodMigrationSpec());
        PodMigrationStatus status = new PodMigrationStatus();
        Freeze freeze = new Freeze();
        freeze.setPredictedMilliseconds(freezeMillis);
        status.setFreeze(freeze);
        migration.setStatus(status);
        List<MovingPod> pods = new ArrayList<>();
        pods.add(new MovingPod(Optional.of(source), List.of(), Optional.ofNullable(target)));
        pods.addAll(others);
        return new Move(
                migration,
                pods,
                pods.stream().flatMap(pod -> new FlinkDetector().detect(pod).stream()).toList());
    }

    public Assessment assess() {
        return strategy.assess(move(), namespace);
    }

    /** Until the stage is complete or refused. */
    public Progress run(StrategyStage stage) throws InterruptedException {
        Instant start = Instant.now();
        Duration skipped = Duration.ZERO;
        for (int i = 0; i < MOST_STEPS; i++) {
            Progress progress = once(stage, start, Instant.now().plus(skipped));
            if (!(progress instanceof Progress.Waiting waiting)) {
                return progress;
            }
            waits.add(waiting.what());
            long millis = waiting.again().toMillis();
            long slept = inRealTime ? millis : Math.min(millis, 20);
            Thread.sleep(slept);
            skipped = skipped.plusMillis(millis - slept);
        }
        throw new AssertionError("no end of " + stage + ", it waits for " + waits.getLast());
    }

    /** One step only; what it returns is remembered. */
    public Progress once(StrategyStage stage, Instant start, Instant now) {
        Step step =
                new Step(
                        move(),
                        memory,
                        TriggerId.of("the migration", stage.name()).value(),
                        fellBack,
                        targetNodes,
                        now,
                        start.plus(strategy.limit(stage)),
                        namespace);
        Progress progress =
                switch (stage) {
                    case Prepare -> strategy.prepare(step);
                    case AwaitFreeze -> strategy.awaitFreeze(step);
                    case Move -> strategy.move(step);
                    case AfterMove -> strategy.afterMove(step);
                    case Undo -> strategy.undo(step);
                    case Fallback -> strategy.fallback(step);
                };
        if (progress.memory().size() > 32
                || progress.memory().values().stream().anyMatch(value -> value.length() > 4096)) {
            throw new AssertionError("too much to remember: " + progress.memory());
        }
        memory = new LinkedHashMap<>(progress.memory());
        return progress;
    }
}
