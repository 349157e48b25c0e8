package dev.podmigration.operator.plugin;

import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.operator.observe.StrategyWork;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.Progress;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What is done and was answered for one migration. A step waits for the one before it, which ends
 * soon because it is interrupted when it is not wanted any more.
 */
final class MigrationWork implements StrategyWork {

    private record Key(StrategyStage stage, int step) {}

    private final Map<String, Assessment> assessments = new HashMap<>();
    private final Set<String> asked = new HashSet<>();
    private @Nullable Key running;
    private @Nullable Thread thread;
    private @Nullable Key known;
    private @Nullable Progress outcome;

    @Override
    public synchronized Optional<Assessment> assessment(String strategy) {
        return Optional.ofNullable(assessments.get(strategy));
    }

    @Override
    public synchronized Optional<Progress> outcome(StrategyStage stage, int step) {
        return new Key(stage, step).equals(known) ? Optional.ofNullable(outcome) : Optional.empty();
    }

    @Override
    public synchronized boolean isBusy() {
        return running != null;
    }

    synchronized void assess(String strategy, Supplier<Assessment> question, Runnable news) {
        if (asked.add(strategy)) {
            Thread.ofVirtual()
                    .name("assess " + strategy)
                    .start(
                            () -> {
                                Assessment answer = question.get();
                                synchronized (this) {
                                    assessments.put(strategy, answer);
                                }
                                news.run();
                            });
        }
    }

    synchronized void step(
            StrategyStage stage, int number, Supplier<Progress> work, Runnable news) {
        Key key = new Key(stage, number);
        if (key.equals(running) || key.equals(known)) {
            return;
        }
        if (stage == StrategyStage.Undo && running != null && running.stage() != stage) {
            interrupt();
        }
        Thread before = thread;
        running = key;
        thread =
                Thread.ofVirtual()
                        .name("stage " + stage + " step " + number)
                        .start(
                                () -> {
                                    Progress result = after(before, work);
                                    synchronized (this) {
                                        if (!Objects.equals(running, key)) {
                                            return;
                                        }
                                        running = null;
                                        known = key;
                                        outcome = result;
                                    }
                                    news.run();
                                });
    }

    /** The thread before is bounded by the limit of a step. */
    private static Progress after(@Nullable Thread before, Supplier<Progress> work) {
        if (before != null) {
            try {
                before.join();
            } catch (InterruptedException e) {
                // The work itself sees it, and says so.
                Thread.currentThread().interrupt();
            }
        }
        return work.get();
    }

    synchronized void interrupt() {
        if (running != null && thread != null) {
            thread.interrupt();
        }
    }
}
