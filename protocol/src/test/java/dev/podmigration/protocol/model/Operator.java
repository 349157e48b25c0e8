package dev.podmigration.protocol.model;

import dev.podmigration.api.v1alpha1.CheckpointGoal;
import dev.podmigration.api.v1alpha1.RestoreGoal;
import dev.podmigration.protocol.explore.Behaviour;
import dev.podmigration.protocol.explore.Kind;
import dev.podmigration.protocol.explore.Steps;

/**
 * The operator: looks at its caches, decides, writes the status, then acts, one action after the
 * other; and may die between any two of these.
 */
final class Operator implements Behaviour<World> {

    private final OperatorProgram program;
    private final boolean cachesLag;

    Operator(OperatorProgram program, boolean cachesLag) {
        this.program = program;
        this.cachesLag = cachesLag;
    }

    @Override
    public void offer(World world, Steps<World> steps) {
        if (cachesLag) {
            hear(world, steps);
        }
        if (world.deeds != 0) {
            Deed next = Deed.first(world.deeds);
            steps.offer(
                    Kind.STEP,
                    "operator does " + next,
                    later -> {
                        later.deeds &= ~next.bit();
                        act(next, later);
                    });
            steps.offer(
                    Kind.FAULT,
                    "operator dies, the next one fills its caches",
                    later -> {
                        later.deeds = 0;
                        if (cachesLag) {
                            fill(later);
                        }
                    });
        } else if (!world.phase.isFinal()) {
            look(OperatorView.Clock.IN_TIME, Kind.STEP, "operator looks", world, steps);
            look(OperatorView.Clock.LATE, Kind.TIMEOUT, "operator's limit is over", world, steps);
            look(OperatorView.Clock.CANCELLED, Kind.FAULT, "user cancels", world, steps);
            look(
                    OperatorView.Clock.SOURCE_SILENT,
                    Kind.FAULT,
                    "operator does not hear the source's agent",
                    world,
                    steps);
            look(
                    OperatorView.Clock.TARGET_SILENT,
                    Kind.FAULT,
                    "operator does not hear the target's agent",
                    world,
                    steps);
        }
    }

    private void look(
            OperatorView.Clock clock, Kind kind, String name, World world, Steps<World> steps) {
        OperatorTurn turn = program.turn(OperatorView.of(world, clock, cachesLag));
        // What would change nothing now would change nothing later: goals only move forward, and
        // objects are named by uid.
        int deeds = 0;
        for (int rest = turn.deeds(); rest != 0; rest &= rest - 1) {
            Deed deed = Deed.first(rest);
            deeds |= hasEffect(deed, world) ? deed.bit() : 0;
        }
        int left = deeds;
        if (turn.changes(world) || left != 0) {
            steps.offer(
                    kind,
                    name,
                    later -> {
                        turn.record(later);
                        later.deeds = left;
                    });
        }
    }

    private static boolean hasEffect(Deed deed, World world) {
        return switch (deed) {
            case INHERIT -> !world.inherited;
            case CREATE_TARGET_POD -> world.targetPod == Existence.NOT_MADE;
            case CREATE_RESTORE -> world.restore.existence == Existence.NOT_MADE;
            case PREPARE -> world.checkpoint.goal == CheckpointGoal.Inspect;
            case MIGRATE -> world.checkpoint.goal == CheckpointGoal.Prepare;
            case ROLL_BACK -> world.checkpoint.goal != CheckpointGoal.RollBack;
            case CANCEL -> world.restore.goal != RestoreGoal.Cancel;
            case DELETE_TARGET_POD -> world.targetPod == Existence.THERE;
            case FORCE_TARGET_POD -> world.targetPod.isThere();
            case DELETE_RESTORE -> world.restore.existence == Existence.THERE;
            case DELETE_CHECKPOINT -> world.checkpoint.existence == Existence.THERE;
            case DELETE_SOURCE_POD -> world.sourcePod == Existence.THERE;
            case FORCE_SOURCE_POD, FREE_NAME -> world.sourcePod.isThere();
            case BIND -> !world.restore.namesPod;
        };
    }

    private static void act(Deed deed, World world) {
        if (!hasEffect(deed, world)) {
            return;
        }
        switch (deed) {
            case INHERIT -> world.inherited = true;
            case CREATE_TARGET_POD -> world.targetPod = Existence.THERE;
            case CREATE_RESTORE -> {
                world.restore.existence = Existence.THERE;
                world.restore.goal =
                        world.targetPod.isThere() ? RestoreGoal.Restore : RestoreGoal.Receive;
                world.restore.namesPod = world.targetPod.isThere();
            }
            case PREPARE -> world.checkpoint.goal = CheckpointGoal.Prepare;
            case MIGRATE -> world.checkpoint.goal = CheckpointGoal.Migrate;
            case ROLL_BACK -> world.checkpoint.goal = CheckpointGoal.RollBack;
            case CANCEL -> world.restore.goal = RestoreGoal.Cancel;
            case DELETE_TARGET_POD -> world.targetPod = Existence.GOING;
            // The kubelet is not waited for.
            case FORCE_TARGET_POD -> world.targetPod = Existence.GONE;
            case DELETE_RESTORE -> world.restore.existence = Existence.GOING;
            case DELETE_CHECKPOINT -> world.checkpoint.existence = Existence.GOING;
            case DELETE_SOURCE_POD -> world.sourcePod = Existence.GOING;
            case FORCE_SOURCE_POD, FREE_NAME -> world.sourcePod = Existence.GONE;
            case BIND -> {
                world.restore.namesPod = true;
                if (world.restore.goal == RestoreGoal.Receive) {
                    world.restore.goal = RestoreGoal.Restore;
                }
            }
        }
    }

    private static void hear(World world, Steps<World> steps) {
        if (!world.knownCheckpoint.is(world.checkpoint)) {
            steps.offer(
                    Kind.STEP,
                    "operator hears of the PodCheckpoint",
                    later -> later.knownCheckpoint.set(later.checkpoint));
        }
        if (!world.knownRestore.is(world.restore)) {
            steps.offer(
                    Kind.STEP,
                    "operator hears of the PodRestore",
                    later -> later.knownRestore.set(later.restore));
        }
        if (world.knownSourcePod != world.sourcePod) {
            steps.offer(
                    Kind.STEP,
                    "operator hears of the source pod",
                    later -> later.knownSourcePod = later.sourcePod);
        }
        if (world.knownTargetPod != world.targetPod) {
            steps.offer(
                    Kind.STEP,
                    "operator hears of the target pod",
                    later -> later.knownTargetPod = later.targetPod);
        }
    }

    private static void fill(World world) {
        world.knownCheckpoint.set(world.checkpoint);
        world.knownRestore.set(world.restore);
        world.knownSourcePod = world.sourcePod;
        world.knownTargetPod = world.targetPod;
    }
}
