package dev.podmigration.operator.phase;

import dev.podmigration.api.v1alpha1.Failure;
import dev.podmigration.api.v1alpha1.PodMigrationPhase;
import dev.podmigration.operator.action.Action;

import java.time.Instant;
import java.util.List;

/** What to do next about one migration. */
public sealed interface Decision {

    /** The migration enters another phase; its handler decides at once. */
    record Enter(PodMigrationPhase phase) implements Decision {}

    /**
     * The phase goes on: these actions, then wait for an event.
     *
     * @param waitingFor what for, for a person
     * @param lookAgain when to look even if nothing happens
     */
    record Stay(List<Action> actions, String waitingFor, Instant lookAgain) implements Decision {

        public Stay {
            actions = List.copyOf(actions);
        }
    }

    /** Undo everything. */
    record GiveUp(Failure failure) implements Decision {}

    /** Undoing is no longer possible because the target runs: finish instead. */
    record GoForward() implements Decision {}

    /** The checkpoint is undone: the pod is moved without one. */
    record FallBack(Failure failure) implements Decision {}

    /** Nothing is left to do. */
    record Finish(PodMigrationPhase phase) implements Decision {}

    /**
     * Nothing can be done at the moment, and a person should look: it is not decided which way this
     * ends.
     */
    record Stall(List<Action> actions, Failure failure, Instant lookAgain) implements Decision {

        public Stall {
            actions = List.copyOf(actions);
        }
    }

    static Decision waitFor(String what, Instant lookAgain) {
        return new Stay(List.of(), what, lookAgain);
    }

    static Decision act(Action action, String waitingFor, Instant lookAgain) {
        return new Stay(List.of(action), waitingFor, lookAgain);
    }
}
