package dev.podmigration.protocol.model;

import dev.podmigration.protocol.explore.Behaviour;
import dev.podmigration.protocol.explore.Kind;
import dev.podmigration.protocol.explore.Steps;

/** The kubelets of both nodes, with CRI-O, the kernel and the launcher script below them. */
final class Kubelets implements Behaviour<World> {

    private final Rules rules;

    Kubelets(Rules rules) {
        this.rules = rules;
    }

    @Override
    public void offer(World world, Steps<World> steps) {
        sourceNode(world, steps);
        targetNode(world, steps);
    }

    private void sourceNode(World world, Steps<World> steps) {
        switch (world.sourcePod) {
            case NOT_MADE -> {}
            case THERE -> {
                if (world.processes == Processes.DEAD && !world.guarded) {
                    steps.offer(
                            Kind.STEP,
                            "source's kubelet starts the pod after a reboot",
                            later -> later.processes = Processes.RUN);
                }
            }
            case GOING ->
                    steps.offer(
                            Kind.STEP,
                            "source's kubelet ends the pod",
                            later -> {
                                later.processes = Processes.DEAD;
                                later.sourcePod = Existence.GONE;
                            });
            case GONE -> {
                if (world.processes != Processes.DEAD) {
                    steps.offer(
                            Kind.STEP,
                            "source's kubelet ends a pod that the API server does not know",
                            later -> later.processes = Processes.DEAD);
                }
            }
        }
    }

    private void targetNode(World world, Steps<World> steps) {
        switch (world.targetPod) {
            case NOT_MADE -> {}
            case THERE -> {
                if (!world.sandbox) {
                    steps.offer(
                            Kind.STEP,
                            "target's kubelet makes the sandbox",
                            later -> later.sandbox = true);
                } else {
                    launch(world, steps);
                }
            }
            case GOING ->
                    steps.offer(
                            Kind.STEP,
                            "target's kubelet ends the pod",
                            later -> {
                                later.container = TargetContainer.NONE;
                                later.sandbox = false;
                                later.targetPod = Existence.GONE;
                            });
            case GONE -> {
                if (world.sandbox || world.container != TargetContainer.NONE) {
                    steps.offer(
                            Kind.STEP,
                            "target's kubelet ends a pod that the API server does not know",
                            later -> {
                                later.container = TargetContainer.NONE;
                                later.sandbox = false;
                            });
                }
            }
        }
        if (world.container == TargetContainer.LAUNCHER) {
            // Before a mark is there the next launcher waits, too.
            steps.offer(
                    world.committedMark || world.cancelledMark ? Kind.TIMEOUT : Kind.FAULT,
                    "target's launcher has waited too long",
                    later ->
                            later.container =
                                    rules.have(Rules.Flaw.STARTS_PLAINLY_WITHOUT_THE_MARK)
                                            ? TargetContainer.RUNS
                                            : TargetContainer.NONE);
        }
    }

    /** The launcher script. */
    private static void launch(World world, Steps<World> steps) {
        if (world.container != TargetContainer.NONE) {
            return;
        }
        if (world.committedMark) {
            steps.offer(
                    Kind.STEP,
                    "target's launcher starts the pod like any other",
                    later -> later.container = TargetContainer.RUNS);
        } else if (!world.cancelledMark && world.room) {
            steps.offer(
                    Kind.STEP,
                    "target's launcher waits for its order",
                    later -> later.container = TargetContainer.LAUNCHER);
        }
    }
}
