package dev.podmigration.e2e.fault;

import java.time.Duration;
import java.util.Set;

/** What is broken in one migration, and when. */
sealed interface Fault {

    /** One of operator and agents ends at a point of its own, as by SIGKILL. */
    record Halt(String program, String point) implements Fault {
        @Override
        public String toString() {
            return "kill -9 of " + program + " | " + point;
        }
    }

    /** One of them ends while a migration is undone, because its images came damaged. */
    record HaltInRollBack(String program, String point) implements Fault {
        @Override
        public String toString() {
            return "kill -9 of " + program + " while rolling back | " + point;
        }
    }

    /** A program is held at a point while something else breaks. */
    record AtPoint(String program, String point, Disturbance disturbance) implements Fault {
        @Override
        public String toString() {
            return disturbance + " | " + point;
        }
    }

    /** Something breaks at any moment after the migration was asked for. */
    record After(Duration delay, Disturbance disturbance) implements Fault {
        @Override
        public String toString() {
            return disturbance + " | after " + delay.toMillis() + " ms";
        }
    }

    /** A bit changes on its way from agent to agent. */
    record Flip() implements Fault {
        static final String POINT = "source sends sealed images";

        @Override
        public String toString() {
            return "a flipped bit | " + POINT;
        }
    }

    /** To compare with, and to learn the points from. */
    record None() implements Fault {
        @Override
        public String toString() {
            return "none | ";
        }
    }

    /**
     * Between the grant and the pod's first step what this ends may hold all that is left of it.
     */
    default boolean mayCostMemory() {
        return switch (this) {
            case AtPoint at -> at.disturbance().mayCostMemory();
            case After after -> after.disturbance().mayCostMemory();
            case Halt _, HaltInRollBack _, Flip _, None _ -> false;
        };
    }

    /** Nodes whose memory is lost; empty if a connection must survive. */
    default Set<String> nodesLost() {
        return switch (this) {
            case AtPoint at -> Set.copyOf(at.disturbance().nodesLost());
            case After after -> Set.copyOf(after.disturbance().nodesLost());
            case Halt _, HaltInRollBack _, Flip _, None _ -> Set.of();
        };
    }
}
