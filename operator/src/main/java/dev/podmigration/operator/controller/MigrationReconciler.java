package dev.podmigration.operator.controller;

import dev.podmigration.api.v1alpha1.PodMigration;
import dev.podmigration.operator.action.Executor;
import dev.podmigration.operator.event.Announcer;
import dev.podmigration.operator.event.EventRecorder;
import dev.podmigration.operator.forecast.FreezeHistory;
import dev.podmigration.operator.metrics.MigrationMetrics;
import dev.podmigration.operator.phase.PhaseTable;
import dev.podmigration.operator.plugin.ClusterNamespace;
import dev.podmigration.operator.plugin.StrategyWorkers;
import dev.podmigration.operator.settings.TimeLimits;
import dev.podmigration.operator.workload.Workloads;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.PrimaryUpdateAndCacheUtils;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;

import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Drives PodMigrations. Its finalizer keeps one that is deleted half-way until it is undone or
 * completed.
 */
@ControllerConfiguration(name = "migrations", finalizerName = "podmigration.dev/operator")
public final class MigrationReconciler implements Reconciler<PodMigration>, Cleaner<PodMigration> {

    /**
     * Between two looks at something that is overdue and announces itself by an event when it
     * comes.
     */
    private static final Duration OVERDUE = Duration.ofSeconds(15);

    private static final Duration AT_ONCE = Duration.ofMillis(1);

    private final FreezeHistory history = new FreezeHistory();
    private final TimeLimits limits;
    private final Optional<Duration> byDefault;
    private final Workloads workloads;
    private final PhaseTable phases;
    private final MigrationMetrics metrics;
    private final Clock clock;

    private final SimpleInboundEventSource<PodMigration> news =
            new SimpleInboundEventSource<>("news");

    private @Nullable Informers informers;
    private @Nullable StrategyWorkers workers;
    private @Nullable Driver driver;
    private @Nullable Retention retention;

    /**
     * One for all namespaces that it is registered for.
     *
     * @param workloads what is known about the programs in pods
     * @param retention how long migrations are kept that have ended and say nothing about it
     *     themselves; empty: for ever
     */
    public MigrationReconciler(
            TimeLimits limits,
            Optional<Duration> retention,
            Workloads workloads,
            MigrationMetrics metrics,
            Clock clock) {
        this.limits = limits;
        this.byDefault = retention;
        this.workloads = workloads;
        this.phases = new PhaseTable(limits, history, workloads);
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, PodMigration>> prepareEventSources(
            EventSourceContext<PodMigration> context) {
        KubernetesClient client = context.getClient();
        Informers watched = new Informers(context);
        informers = watched;
        StrategyWorkers strategies =
                new StrategyWorkers(workloads, name -> new ClusterNamespace(client, name), clock);
        strategies.whenDone(migration -> news.propagateEvent(ResourceID.fromResource(migration)));
        workers = strategies;
        Executor executor = new Executor(client, clock, strategies);
        Announcer announcer = new Announcer(new EventRecorder(client, clock));
        retention = new Retention(byDefault, executor, announcer, limits.refused(), clock);
        driver =
                new Driver(
                        new Observer(watched, strategies, clock),
                        phases,
                        workloads,
                        executor,
                        announcer,
                        metrics,
                        history,
                        limits.refused());
        List<EventSource<?, PodMigration>> sources = new ArrayList<>(watched.sources());
        sources.add(news);
        return sources;
    }

    @Override
    public UpdateControl<PodMigration> reconcile(
            PodMigration migration, Context<PodMigration> context) {
        UpdateControl<PodMigration> done = UpdateControl.noUpdate();
        Optional<Duration> delay = drive(migration, context);
        if (delay.isPresent()) {
            return done.rescheduleAfter(delay.get());
        }
        // Ended in this round: the next one sees when.
        Optional<Duration> end = hasEnded(migration) ? keep(migration) : Optional.of(AT_ONCE);
        return end.map(done::rescheduleAfter).orElse(done);
    }

    @Override
    public DeleteControl cleanup(PodMigration migration, Context<PodMigration> context) {
        boolean ended = hasEnded(migration);
        if (ended && workers != null) {
            workers.forget(migration);
        }
        Optional<Duration> delay = drive(migration, context);
        // The finalizer is taken from the object of this round. After a status that was written in
        // it that would be an older one, which the API server refuses.
        return ended
                ? DeleteControl.defaultDelete()
                : DeleteControl.noFinalizerRemoval()
                        .rescheduleAfter(delay.orElse(AT_ONCE).toMillis());
    }

    private static boolean hasEnded(PodMigration migration) {
        return migration.getStatus() != null
                && migration.getStatus().getPhase() != null
                && migration.getStatus().getPhase().isFinal();
    }

    private Optional<Duration> keep(PodMigration ended) {
        if (retention == null || workers == null) {
            throw new IllegalStateException("reconciling before the event sources were prepared");
        }
        workers.forget(ended);
        return retention.apply(ended).map(this::delay);
    }

    private Optional<Duration> drive(PodMigration migration, Context<PodMigration> context) {
        if (driver == null || informers == null) {
            throw new IllegalStateException("reconciling before the event sources were prepared");
        }
        // Not before: now the caches are filled.
        history.begin(informers::migrations);
        return driver.drive(migration, draft -> write(draft, context)).map(this::delay);
    }

    /** A change of a status is no event, and members of a group and their parent wait for it. */
    private PodMigration write(PodMigration draft, Context<PodMigration> context) {
        PodMigration written =
                PrimaryUpdateAndCacheUtils.updateStatusAndCacheResource(
                        draft,
                        context,
                        current -> {
                            current.setStatus(draft.getStatus());
                            return current;
                        });
        Families.relatives(written).forEach(news::propagateEvent);
        return written;
    }

    private Duration delay(Instant lookAgain) {
        Duration delay = Duration.between(clock.instant(), lookAgain);
        return delay.isPositive() ? delay.plusMillis(1) : OVERDUE;
    }
}
