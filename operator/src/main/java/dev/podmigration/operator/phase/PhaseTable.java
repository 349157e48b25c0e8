package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.operator.forecast.FreezeHistory;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.preflight.NodeFitness;
import dev.podmigration.operator.preflight.Preflight;
import dev.podmigration.operator.preflight.TargetNodes;
import dev.podmigration.operator.settings.TimeLimits;
import dev.podmigration.operator.workload.Workloads;

import java.util.Optional;

/** The life of a migration: which handler has the say. */
public final class PhaseTable {

    private final Obstacles obstacles;
    private final PhaseHandler pending;
    private final PhaseHandler preflight;
    private final PhaseHandler preparing;
    private final PhaseHandler armed;
    private final PhaseHandler frozen;
    private final PhaseHandler restoring;
    private final PhaseHandler moving;
    private final PhaseHandler committed;
    private final PhaseHandler switching;
    private final PhaseHandler rollBack;
    private final PhaseHandler group;

    public PhaseTable(TimeLimits limits, FreezeHistory history, Workloads workloads) {
        NodeFitness fitness = new NodeFitness(limits.heartbeat());
        TargetNodes targetNodes = new TargetNodes(fitness);
        Silence silence = new Silence(limits);
        StageRun stages = new StageRun(workloads, targetNodes);
        obstacles = new Obstacles(silence);
        pending = new PendingPhase();
        preflight =
                new PreflightPhase(
                        new Preflight(fitness),
                        new StrategyPlan(workloads, targetNodes),
                        workloads,
                        history,
                        silence,
                        limits);
        preparing = new PreparingPhase(targetNodes, stages, limits);
        armed = new ArmedPhase(silence, stages);
        moving = new MovingPhase(stages, targetNodes, limits);
        frozen = new FrozenPhase(silence);
        restoring = new RestoringPhase(silence);
        committed = new CommittedPhase(new Replacement(silence, limits));
        switching = new SwitchingPhase(silence, stages, limits);
        rollBack = new RollBack(silence, stages, limits);
        group = new GroupPhases(workloads, history, stages);
    }

    public Decision next(Observation seen) {
        if (seen.isGroup()) {
            return group.next(seen);
        }
        if (seen.isRollingBack()) {
            return rollBack.next(seen);
        }
        Optional<Failure> obstacle = obstacles.look(seen);
        if (obstacle.isPresent()) {
            return new Decision.GiveUp(obstacle.get());
        }
        return switch (seen.phase()) {
            case Pending -> pending.next(seen);
            case Preflight -> preflight.next(seen);
            case Preparing -> preparing.next(seen);
            case Armed -> armed.next(seen);
            case Frozen -> frozen.next(seen);
            case Restoring -> restoring.next(seen);
            case Moving -> moving.next(seen);
            case Committed -> committed.next(seen);
            case Switching -> switching.next(seen);
            case Succeeded, RolledBack, Failed, Cancelled -> new Decision.Finish(seen.phase());
        };
    }

    static boolean isBefore(PodMigrationPhase phase, PodMigrationPhase other) {
        return phase.compareTo(other) < 0;
    }
}
