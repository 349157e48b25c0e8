package dev.podmigration.protocol.model;

import dev.podmigration.agent.commit.SourceState;
import dev.podmigration.api.v1alpha1.PodCheckpointPhase;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.protocol.explore.Behaviour;
import dev.podmigration.protocol.explore.Explorer;
import dev.podmigration.protocol.explore.Kind;
import dev.podmigration.protocol.explore.Steps;

import java.util.List;

/** Everybody who takes part in one migration, and what must hold. */
public final class Migration implements Behaviour<World> {

    private final List<Behaviour<World>> parts;
    private final boolean limited;

    private Migration(Rules rules) {
        limited = rules.faults() >= 0;
        Source source = new Source(rules);
        parts =
                List.of(
                        new Operator(
                                new OperatorProgram(rules.nameKept(), rules.operator()),
                                rules.cachesLag()),
                        source,
                        rules.nameKept() ? new Receiver(rules, source) : new Target(rules, source),
                        new Kubelets(rules),
                        Migration::others);
    }

    /**
     * Walks everything that can become of one migration. Two copies are forbidden, and an end is
     * one only if the copy that the status names runs, alone, and nothing is left of the migration.
     */
    public static Explorer<World> explore(Rules rules) {
        World start = new World();
        start.faultsLeft = Math.max(0, rules.faults());
        return Explorer.explore(
                new Migration(rules), World::new, start, Migration::isTwo, Migration::isGoodEnd);
    }

    @Override
    public void offer(World world, Steps<World> steps) {
        for (Behaviour<World> part : parts) {
            part.offer(world, limited ? counting(world, steps) : steps);
        }
    }

    private static Steps<World> counting(World world, Steps<World> steps) {
        return (kind, name, change) -> {
            if (kind.isProgress()) {
                steps.offer(kind, name, change);
            } else if (world.faultsLeft > 0) {
                steps.offer(
                        kind,
                        name,
                        later -> {
                            change.accept(later);
                            later.faultsLeft--;
                        });
            }
        };
    }

    /** The network. */
    private static void others(World world, Steps<World> steps) {
        boolean somethingToLose =
                world.toTarget != ToTarget.NOTHING
                        || world.toSource != ToSource.NOTHING
                        || (world.session && !world.endToTarget)
                        || (world.sourceLink && !world.endToSource);
        if ((world.session || world.sourceLink) && somethingToLose) {
            steps.offer(Kind.FAULT, "stream is cut", World::cutStream);
        }
    }

    private static boolean isTwo(World world) {
        return world.sourceRuns() && world.targetRuns();
    }

    private static boolean isGoodEnd(World world) {
        boolean quiet =
                world.phase.isFinal()
                        && world.deeds == 0
                        && world.sourceTask == SourceTask.IDLE
                        && world.targetTask == TargetTask.IDLE;
        return quiet && (saysTarget(world) ? isTargetOnly(world) : isSourceOnly(world));
    }

    private static boolean saysTarget(World world) {
        return world.phase == PodMigrationPhase.Succeeded
                || (world.phase == PodMigrationPhase.Failed && world.wasCommitted);
    }

    public static boolean hasEndedOnTheTarget(World world) {
        return world.phase == PodMigrationPhase.Succeeded && isTargetOnly(world);
    }

    public static boolean hasEndedOnTheSource(World world) {
        return world.phase == PodMigrationPhase.RolledBack && isSourceOnly(world);
    }

    /** The target's record says that it never ran. */
    public static boolean isRolledBackAfterTheGrant(World world) {
        return world.sourceRecord == SourceState.ROLLED_BACK
                && world.checkpoint.phase == PodCheckpointPhase.Granted;
    }

    private static boolean isTargetOnly(World world) {
        return world.targetRuns()
                && world.processes == Processes.DEAD
                && world.sourcePod == Existence.GONE
                && world.targetPod == Existence.THERE
                && world.committedMark
                && world.sourceRecord == SourceState.RELEASED
                && !world.sourceFence
                && !world.guarded;
    }

    private static boolean isSourceOnly(World world) {
        return world.sourceRuns()
                && world.sourcePod == Existence.THERE
                && !world.sourceFence
                && !world.guarded
                && world.sourceRecord == null
                && !world.targetPod.isThere()
                && world.container == TargetContainer.NONE
                && !world.sandbox
                && !world.room
                && !world.memory
                && world.targetRecord == null
                && world.receiverRecord == null
                && !world.committedMark
                && !world.cancelledMark
                && !world.checkpoint.existence.isThere()
                && !world.restore.existence.isThere();
    }
}
