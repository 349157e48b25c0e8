package dev.podmigration.protocol;

import dev.podmigration.protocol.explore.Explorer;
import dev.podmigration.protocol.explore.Transition;
import dev.podmigration.protocol.model.GroupMigration;
import dev.podmigration.protocol.model.GroupRules;
import dev.podmigration.protocol.model.GroupWorld;
import dev.podmigration.protocol.model.Migration;
import dev.podmigration.protocol.model.Rules;
import dev.podmigration.protocol.model.World;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What must not be, and the shortest way there.
 *
 * @param kind what is wrong
 * @param trace the steps from the beginning
 */
record Violation(Kind kind, List<? extends Transition<?>> trace) {

    enum Kind {
        TWO_COPIES_RUN,
        /** Of two pods that move as one, one has moved. */
        NOT_TOGETHER,
        /** Nothing goes on by itself, and the right copy does not run, or something is left. */
        WRONG_END,
        /** It goes round without anything breaking. */
        NO_END
    }

    /** What is wrong with a migration by these rules, if anything is. */
    static Optional<Violation> of(Rules rules) {
        return of(Migration.explore(rules));
    }

    static Optional<Violation> of(Explorer<World> explored) {
        return explored.forbidden()
                .map(trace -> new Violation(Kind.TWO_COPIES_RUN, trace))
                .or(() -> explored.deadEnd().map(trace -> new Violation(Kind.WRONG_END, trace)))
                .or(() -> explored.cycle().map(trace -> new Violation(Kind.NO_END, trace)));
    }

    /** What is wrong with two pods that move as one by these rules, if anything is. */
    static Optional<Violation> of(GroupRules rules) {
        return ofGroup(GroupMigration.explore(rules));
    }

    static Optional<Violation> ofGroup(Explorer<GroupWorld> explored) {
        return explored.forbidden()
                .map(
                        trace ->
                                new Violation(
                                        GroupMigration.isTwo(trace.getLast().state())
                                                ? Kind.TWO_COPIES_RUN
                                                : Kind.NOT_TOGETHER,
                                        trace))
                .or(() -> explored.deadEnd().map(trace -> new Violation(Kind.WRONG_END, trace)))
                .or(() -> explored.cycle().map(trace -> new Violation(Kind.NO_END, trace)));
    }

    /** A line for the log of the build. */
    static void tell(String what, Explorer<?> explored, Duration time) {
        System.out.printf(
                "%s: %,d states, %,d steps, %d s%n",
                what, explored.states(), explored.steps(), time.toSeconds());
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(kind + " after " + trace.size() + " steps:");
        for (int i = 0; i < trace.size(); i++) {
            Transition<?> step = trace.get(i);
            text.append("%n%4d %-8s%s".formatted(i + 1, step.kind(), step.name()));
            if (i + 1 == trace.size()) {
                text.append("%n      %s".formatted(step.state()));
            }
        }
        return text.append("\n").toString();
    }
}
