package dev.podmigration.operator.workload;

import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.Strategy;
import dev.podmigration.api.v1alpha1.StrategyStage;
import dev.podmigration.workload.Detection;
import dev.podmigration.workload.MigrationStrategy;
import dev.podmigration.workload.Move;
import dev.podmigration.workload.MovingPod;
import dev.podmigration.workload.WorkloadDetector;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The detectors and strategies of this operator: its own two, and those of plugins. */
public final class Workloads {

    /** For an answer that needs nothing but what is in memory. */
    private static final Duration ANSWER = Duration.ofSeconds(2);

    private static final Comparator<MigrationStrategy> BEST_FIRST =
            Comparator.comparingInt(MigrationStrategy::priority)
                    .reversed()
                    .thenComparing(MigrationStrategy::name);

    private final List<WorkloadDetector> detectors;
    private final Map<String, MigrationStrategy> strategies;

    /**
     * Puts plugins beside what is built in.
     *
     * @throws IllegalArgumentException if two strategies, or two detectors, have one name
     */
    public Workloads(
            Collection<? extends WorkloadDetector> detectors,
            Collection<? extends MigrationStrategy> strategies) {
        this.detectors =
                detectors.stream()
                        .<WorkloadDetector>map(detector -> detector)
                        .sorted(Comparator.comparing(WorkloadDetector::name))
                        .toList();
        if (this.detectors.stream().map(WorkloadDetector::name).distinct().count()
                < this.detectors.size()) {
            throw new IllegalArgumentException("two detectors of one name");
        }
        List<MigrationStrategy> all = new ArrayList<>(builtIn());
        all.addAll(strategies);
        all.sort(BEST_FIRST);
        Map<String, MigrationStrategy> byName = new LinkedHashMap<>();
        for (MigrationStrategy strategy : all) {
            if (byName.put(strategy.name(), strategy) != null) {
                throw new IllegalArgumentException("two strategies named " + strategy.name());
            }
        }
        this.strategies = byName;
    }

    /** Those that need no plugin. */
    public static List<MigrationStrategy> builtIn() {
        return List.of(new GenericCheckpoint(), new DeclaredRecreate());
    }

    public List<WorkloadDetector> detectors() {
        return detectors;
    }

    public Collection<MigrationStrategy> strategies() {
        return strategies.values();
    }

    /** What the detectors make of a pod. */
    public Detected detect(MovingPod pod) {
        List<Detection> detections = new ArrayList<>();
        List<Finding> broken = new ArrayList<>();
        for (WorkloadDetector detector : detectors) {
            try {
                PluginGuard.call(
                                detector.name(),
                                "look at the pod",
                                ANSWER,
                                () -> detector.detect(pod))
                        .ifPresent(detections::add);
            } catch (PluginException e) {
                broken.add(
                        Finding.warning(
                                "Workload", FailureReason.PluginFailed, e.failure().getMessage()));
            }
        }
        return new Detected(detections, broken);
    }

    /** The strategy that knows this program best, on this rung. */
    Optional<MigrationStrategy> on(Strategy rung, Move move) throws PluginException {
        for (MigrationStrategy strategy : strategies.values()) {
            if (strategy.rung() == rung
                    && PluginGuard.call(
                            strategy.name(),
                            "say whether it applies",
                            ANSWER,
                            () -> strategy.appliesTo(move))) {
                return Optional.of(strategy);
            }
        }
        return Optional.empty();
    }

    /** A strategy by the name that is in a status; empty if its plugin is not loaded. */
    public Optional<MigrationStrategy> named(String name) {
        return Optional.ofNullable(strategies.get(name));
    }

    /** How long a strategy may take for a stage. */
    public Duration limit(MigrationStrategy strategy, StrategyStage stage) throws PluginException {
        return PluginGuard.call(
                strategy.name(), "say its limit", ANSWER, () -> strategy.limit(stage));
    }

    /** Whether a strategy wants the new pod to be Ready before it stops anything. */
    public boolean runsBesideSource(MigrationStrategy strategy, Move move) throws PluginException {
        return PluginGuard.call(
                strategy.name(),
                "say whether the new pod may run beside the old one",
                ANSWER,
                () -> strategy.runsBesideSource(move));
    }

    /** It is not asked whether it can, because it always can, and it has no work to do. */
    public static boolean isBuiltIn(MigrationStrategy strategy) {
        return strategy instanceof GenericCheckpoint || strategy instanceof DeclaredRecreate;
    }
}
