package dev.podmigration.operator.status;

import dev.podmigration.api.v1alpha1.Step;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * The steps of both nodes as one list: each once, in the order in which they ended. The names of
 * the target's say so, which also tells them apart in a status that outlives the two halves.
 */
final class FreezeSteps {

    /** The source agent names the target's steps in this way, too, when it relays them. */
    private static final String OF_TARGET = "target ";

    /** Of the source: until the target asks for the grant. Of the target: until it is complete. */
    private static final String RESTORE = "restore";

    /** Of the source: until the target says that it runs. */
    private static final String RESUME = "resume";

    private FreezeSteps() {}

    /**
     * Puts together what is known.
     *
     * @param source what the source agent reports; empty while it reports nothing, or no more
     * @param target what the target agent reports, likewise
     * @param known the list so far
     */
    static List<Step> merge(List<Step> source, List<Step> target, List<Step> known) {
        List<Step> own = ofSource(source);
        List<Step> theirs =
                target.stream()
                        .map(step -> Step.of(OF_TARGET + step.getName(), step.getMilliseconds()))
                        .toList();
        return inOrder(
                own.isEmpty() ? ofSource(known) : own,
                Stream.of(theirs, ofTarget(source), ofTarget(known))
                        .filter(steps -> !steps.isEmpty())
                        .findFirst()
                        .orElse(List.of()));
    }

    /**
     * The clocks of two nodes say nothing about the order, but the protocol does: what the source
     * waits for has ended before its waiting ends.
     */
    private static List<Step> inOrder(List<Step> source, List<Step> target) {
        List<Step> steps = new ArrayList<>();
        Deque<Step> pending = new ArrayDeque<>(target);
        for (Step step : source) {
            if (RESTORE.equals(step.getName())) {
                takeUntil(OF_TARGET + RESTORE, pending, steps);
            } else if (RESUME.equals(step.getName())) {
                takeUntil(OF_TARGET + RESUME, pending, steps);
            }
            steps.add(step);
        }
        steps.addAll(pending);
        return steps;
    }

    private static void takeUntil(String last, Deque<Step> pending, List<Step> steps) {
        boolean more = true;
        while (more && !pending.isEmpty()) {
            Step step = pending.removeFirst();
            steps.add(step);
            more = !last.equals(step.getName());
        }
    }

    private static List<Step> ofSource(List<Step> steps) {
        return steps.stream().filter(step -> !isOfTarget(step)).toList();
    }

    private static List<Step> ofTarget(List<Step> steps) {
        return steps.stream().filter(FreezeSteps::isOfTarget).toList();
    }

    private static boolean isOfTarget(Step step) {
        return step.getName() != null && step.getName().startsWith(OF_TARGET);
    }
}
