package dev.podmigration.protocol.model;

import dev.podmigration.agent.commit.ReceiverDecision;
import dev.podmigration.agent.commit.ReceiverEvent;
import dev.podmigration.agent.commit.ReceiverState;
import dev.podmigration.agent.commit.SourceDecision;
import dev.podmigration.agent.commit.SourceEvent;
import dev.podmigration.agent.commit.SourceState;
import dev.podmigration.agent.commit.TargetDecision;
import dev.podmigration.agent.commit.TargetEvent;
import dev.podmigration.agent.commit.TargetState;
import dev.podmigration.operator.forecast.FreezeHistory;
import dev.podmigration.operator.observe.Observation;
import dev.podmigration.operator.phase.Decision;
import dev.podmigration.operator.phase.PhaseTable;
import dev.podmigration.operator.settings.TimeLimits;
import dev.podmigration.operator.workload.Workloads;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * What decides, and how the rest behaves. {@link #real} is the product; everything else is there to
 * be caught.
 *
 * @param nameKept whether the pod keeps its name: its target is made when the source is gone
 * @param cachesLag whether the operator may hear of a change any time after it
 * @param faults how much may go wrong in one migration; negative if there is no limit
 * @param flaws of what is modelled
 */
public record Rules(
        boolean nameKept,
        boolean cachesLag,
        int faults,
        BiFunction<SourceState, SourceEvent, SourceDecision> source,
        BiFunction<TargetState, TargetEvent, TargetDecision> target,
        BiFunction<ReceiverState, ReceiverEvent, ReceiverDecision> receiver,
        Function<Observation, Decision> operator,
        Set<Flaw> flaws) {

    /** A driver, or the world, that does not do what the model of it does. */
    public enum Flaw {
        /** The source's agent sends the grant and writes the record then. */
        GRANTS_BEFORE_RECORDING,
        /** The target's agent lets the processes run and writes the record then. */
        RUNS_BEFORE_RECORDING,
        /** A launcher whose order does not come starts the container like any other. */
        STARTS_PLAINLY_WITHOUT_THE_MARK,
        /** A source that fails when the record says GRANTED leaves the stream open. */
        KEEPS_A_STREAM_THAT_BRINGS_NO_ANSWER,
        /** After the grant a restore ends at whatever else is in its inbox. */
        LISTENS_AFTER_THE_GRANT,
        /** An agent that comes up forgets a pod that CRI-O does not know yet. */
        FORGETS_WHAT_CRIO_DOES_NOT_KNOW,
        /** Nothing keeps a node that comes back from starting a source that has granted. */
        DOES_NOT_GUARD,
        /** The source's runtime is told to refuse the pod when the record says GRANTED. */
        GUARDS_AFTER_RECORDING,
        /** A source that is rolled back stays refused. */
        KEEPS_THE_GUARD
    }

    public Rules {
        flaws = flaws.isEmpty() ? Set.of() : EnumSet.copyOf(flaws);
    }

    /** As it is. */
    public static Rules real(boolean nameKept) {
        PhaseTable phases =
                new PhaseTable(
                        TimeLimits.DEFAULT,
                        new FreezeHistory(),
                        new Workloads(List.of(), List.of()));
        return new Rules(
                nameKept,
                false,
                -1,
                SourceDecision::of,
                TargetDecision::of,
                ReceiverDecision::of,
                phases::next,
                Set.of());
    }

    public Rules withSource(BiFunction<SourceState, SourceEvent, SourceDecision> other) {
        return new Rules(nameKept, cachesLag, faults, other, target, receiver, operator, flaws);
    }

    public Rules withTarget(BiFunction<TargetState, TargetEvent, TargetDecision> other) {
        return new Rules(nameKept, cachesLag, faults, source, other, receiver, operator, flaws);
    }

    public Rules withReceiver(BiFunction<ReceiverState, ReceiverEvent, ReceiverDecision> other) {
        return new Rules(nameKept, cachesLag, faults, source, target, other, operator, flaws);
    }

    public Rules withOperator(Function<Observation, Decision> other) {
        return new Rules(nameKept, cachesLag, faults, source, target, receiver, other, flaws);
    }

    public Rules with(Flaw flaw) {
        return new Rules(
                nameKept, cachesLag, faults, source, target, receiver, operator, EnumSet.of(flaw));
    }

    /** The operator's caches lag, and no more than so many things go wrong. */
    public Rules withLag(int most) {
        return new Rules(nameKept, true, most, source, target, receiver, operator, flaws);
    }

    /** No more than so many things go wrong. */
    public Rules withFaults(int most) {
        return new Rules(nameKept, cachesLag, most, source, target, receiver, operator, flaws);
    }

    boolean have(Flaw flaw) {
        return flaws.contains(flaw);
    }
}
