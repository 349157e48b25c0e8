package dev.podmigration.operator.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.operator.action.Action;
import dev.podmigration.operator.action.StrategyRunner;
import dev.podmigration.operator.observe.StrategyWork;
import dev.podmigration.operator.workload.PluginException;
import dev.podmigration.operator.workload.PluginGuard;
import dev.podmigration.operator.workload.Workloads;
import dev.podmigration.workload.Assessment;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.Namespace;
import dev.podmigration.workload.Progress;
import dev.podmigration.workload.Step;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Does the work of strategies, each call on a thread of its own, one after the other for each
 * migration. What came of it is kept in memory until the next step: whoever reads it writes it into
 * the status first.
 */
public final class StrategyWorkers implements StrategyRunner {

    /** What the interface promises to strategies. */
    private static final Duration STEP = Duration.ofSeconds(30);

    private final Workloads workloads;
    private final Function<String, Namespace> namespaces;
    private final Clock clock;
    private final Duration step;
    private final Map<String, MigrationWork> migrations = new ConcurrentHashMap<>();
    private volatile Consumer<PodMigration> done = _ -> {};

    /**
     * Has nothing to do yet.
     *
     * @param namespaces the objects of a namespace, by its name
     */
    public StrategyWorkers(
            Workloads workloads, Function<String, Namespace> namespaces, Clock clock) {
        this(workloads, namespaces, clock, STEP);
    }

    StrategyWorkers(
            Workloads workloads,
            Function<String, Namespace> namespaces,
            Clock clock,
            Duration step) {
        this.workloads = workloads;
        this.namespaces = namespaces;
        this.clock = clock;
        this.step = step;
    }

    /**
     * Who wants to look at a migration when there is news about it.
     *
     * @param listener called by the threads that do the work
     */
    public void whenDone(Consumer<PodMigration> listener) {
        done = listener;
    }

    /** What has been answered about one migration. */
    public StrategyWork of(PodMigration migration) {
        MigrationWork work = migrations.get(migration.getMetadata().getUid());
        return work == null ? StrategyWork.NONE : work;
    }

    /** One that has ended: interrupts what is still done for it. */
    public void forget(PodMigration migration) {
        MigrationWork work = migrations.remove(migration.getMetadata().getUid());
        if (work != null) {
            work.interrupt();
        }
    }

    @Override
    public void assess(Action.AssessStrategy what) {
        PodMigration migration = what.move().migration();
        work(migration)
                .assess(what.strategy(), () -> assessment(what), () -> done.accept(migration));
    }

    @Override
    public void step(Action.StepStrategy what) {
        PodMigration migration = what.move().migration();
        work(migration)
                .step(
                        what.stage(),
                        what.number(),
                        () -> progress(what),
                        () -> done.accept(migration));
    }

    @Override
    public void interrupt(Action.InterruptStrategy what) {
        work(what.migration()).interrupt();
    }

    private MigrationWork work(PodMigration migration) {
        return migrations.computeIfAbsent(
                migration.getMetadata().getUid(), _ -> new MigrationWork());
    }

    private Assessment assessment(Action.AssessStrategy what) {
        try {
            MigrationStrategy strategy = strategy(what.strategy());
            return PluginGuard.call(
                    strategy.name(),
                    "assess the pod",
                    step,
                    () -> strategy.assess(what.move(), namespace(what.move().migration())));
        } catch (PluginException e) {
            return Assessment.refused(e.failure());
        }
    }

    /** Whatever the plugin does, this returns something that can be recorded. */
    private Progress progress(Action.StepStrategy what) {
        try {
            MigrationStrategy strategy = strategy(what.strategy());
            Step call =
                    new Step(
                            what.move(),
                            what.memory(),
                            operationId(what),
                            what.fellBack(),
                            what.targetNodes(),
                            clock.instant(),
                            what.deadline(),
                            namespace(what.move().migration()));
            Progress progress =
                    PluginGuard.call(
                            strategy.name(),
                            "do stage " + what.stage(),
                            step,
                            call(strategy, what.stage(), call));
            return PluginAnswers.objection(strategy, what.stage(), progress)
                    .<Progress>map(
                            objection -> new Progress.Refused(what.memory(), broken(objection)))
                    .orElse(progress);
        } catch (PluginException e) {
            return new Progress.Refused(what.memory(), e.failure());
        }
    }

    private static Callable<Progress> call(
            MigrationStrategy strategy, StrategyStage stage, Step step) {
        return switch (stage) {
            case Prepare -> () -> strategy.prepare(step);
            case AwaitFreeze -> () -> strategy.awaitFreeze(step);
            case Move -> () -> strategy.move(step);
            case AfterMove -> () -> strategy.afterMove(step);
            case Undo -> () -> strategy.undo(step);
            case Fallback -> () -> strategy.fallback(step);
        };
    }

    private MigrationStrategy strategy(String name) {
        return workloads
                .named(name)
                .orElseThrow(() -> new IllegalStateException("no strategy " + name));
    }

    private Namespace namespace(PodMigration migration) {
        return namespaces.apply(migration.getMetadata().getNamespace());
    }

    private static Failure broken(String objection) {
        return Failure.of(FailureReason.PluginFailed, objection);
    }

    /** The same for every operator. */
    private static String operationId(Action.StepStrategy what) {
        String source = what.move().migration().getMetadata().getUid() + " " + what.stage();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(source.getBytes(UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
