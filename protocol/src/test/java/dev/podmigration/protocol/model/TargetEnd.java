package dev.podmigration.protocol.model;

import dev.podmigration.protocol.explore.Behaviour;
import dev.podmigration.protocol.explore.Kind;
import dev.podmigration.protocol.explore.Steps;

/** What the agent of the target's node does for any pod: the stream, and what replaces it. */
abstract class TargetEnd implements Behaviour<World> {

    private final Source source;

    TargetEnd(Source source) {
        this.source = source;
    }

    abstract void receive(ToTarget message, World world);

    abstract void streamEnded(World world);

    /** What the source's record says, or a reason to stop if it could not be asked. */
    abstract void answered(Inbox.Event answer, World world);

    static boolean isRecovering(World world) {
        return world.targetTask == TargetTask.RECOVER || world.targetTask == TargetTask.RECOVER_ASK;
    }

    /** All that is only in the agent's memory. */
    static void die(World world) {
        world.targetTask = TargetTask.RECOVER;
        world.registered = false;
        world.targetFence = false;
        world.brought = false;
        world.inbox = Inbox.EMPTY;
        world.closeSession();
        world.question = world.question == Question.ASKED ? Question.LATE : Question.NONE;
    }

    static void losePower(World world) {
        die(world);
        world.container = TargetContainer.NONE;
        world.sandbox = false;
        world.room = false;
        world.memory = false;
    }

    static void reply(ToSource message, World world) {
        if (world.session && world.sourceLink && !world.endToTarget) {
            world.toSource = message;
        }
    }

    final void stream(World world, Steps<World> steps) {
        if (world.session && world.toTarget != ToTarget.NOTHING) {
            ToTarget message = world.toTarget;
            steps.offer(
                    Kind.STEP,
                    "target receives " + message,
                    later -> {
                        later.toTarget = ToTarget.NOTHING;
                        receive(message, later);
                    });
        } else if (world.session && world.endToTarget) {
            steps.offer(
                    Kind.STEP,
                    "target hears that the stream is over",
                    later -> {
                        later.closeSession();
                        streamEnded(later);
                    });
        }
        if (world.endOfOlder) {
            steps.offer(
                    Kind.STEP,
                    "target hears that an older stream is over",
                    later -> {
                        later.endOfOlder = false;
                        streamEnded(later);
                    });
        }
    }

    static void ask(World world) {
        if (world.question == Question.NONE) {
            world.question = Question.ASKED;
        }
    }

    final void question(World world, Steps<World> steps) {
        switch (world.question) {
            case NONE -> {}
            case ASKED -> {
                if (source.answers(world)) {
                    steps.offer(
                            Kind.STEP,
                            "source's record is asked",
                            later ->
                                    later.question =
                                            source.answer(later)
                                                    ? Question.ANSWERED_GRANT
                                                    : Question.ANSWERED_REFUSAL);
                }
                steps.offer(
                        Kind.TIMEOUT,
                        "source's record could not be asked in time",
                        later -> {
                            later.question = Question.LATE;
                            answered(Inbox.Event.STOP, later);
                        });
            }
            case ANSWERED_GRANT -> answer(Inbox.Event.GRANTED, steps);
            case ANSWERED_REFUSAL -> answer(Inbox.Event.REFUSED, steps);
            case LATE -> {
                if (source.answers(world)) {
                    steps.offer(
                            Kind.STEP,
                            "source's record is asked, and nobody waits for the answer",
                            later -> {
                                source.answer(later);
                                later.question = Question.NONE;
                            });
                }
                steps.offer(
                        Kind.STEP,
                        "a late question is lost",
                        later -> later.question = Question.NONE);
            }
        }
    }

    private void answer(Inbox.Event answer, Steps<World> steps) {
        steps.offer(
                Kind.STEP,
                "target hears what the source's record says",
                later -> {
                    later.question = Question.NONE;
                    answered(answer, later);
                });
        steps.offer(
                Kind.FAULT,
                "the answer about the record is lost",
                later -> {
                    later.question = Question.NONE;
                    answered(Inbox.Event.STOP, later);
                });
    }

    /** An agent that comes up does nothing else meanwhile. */
    final void askWhileRecovering(World world, Steps<World> steps) {
        if (source.answers(world)) {
            steps.offer(
                    Kind.STEP,
                    "source's record is asked by an agent that came up",
                    later -> {
                        boolean grants = source.answer(later);
                        recovered(grants ? Inbox.Event.GRANTED : Inbox.Event.REFUSED, later);
                    });
        }
        steps.offer(
                Kind.TIMEOUT,
                "source's record could not be asked by an agent that came up",
                later -> {
                    later.question = Question.LATE;
                    recovered(Inbox.Event.STOP, later);
                });
    }

    /** The same for an agent that came up. */
    abstract void recovered(Inbox.Event answer, World world);
}
