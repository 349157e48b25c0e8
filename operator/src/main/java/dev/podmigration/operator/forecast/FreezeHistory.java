package dev.podmigration.operator.forecast;

import dev.podmigration.api.v1alpha1.PodMigration;

import org.jspecify.annotations.Nullable;

import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The freezes of this cluster. Kept in memory, so that a migration is remembered when its object is
 * deleted; what had ended before this program started is learnt from the objects that are left.
 * Thread-safe.
 */
public final class FreezeHistory {

    /** Older ones say less about the nodes as they are now. */
    private static final int NEWEST = 30;

    /** Fewer between two nodes say less than those of the whole cluster. */
    private static final int ENOUGH = 3;

    /** A bound, far above what is looked at. */
    private static final int MOST = 1000;

    private final NavigableSet<FreezeSample> samples =
            new TreeSet<>(
                    Comparator.comparing(FreezeSample::ended)
                            .thenComparing(FreezeSample::migration));

    private boolean begun;

    /**
     * What a forecast is made from.
     *
     * @param samples newest first
     * @param betweenTheseNodes all from this source to this target
     */
    record Basis(List<FreezeSample> samples, boolean betweenTheseNodes) {

        Basis {
            samples = List.copyOf(samples);
        }
    }

    /** Looks once at what had ended before. */
    public synchronized void begin(Supplier<Stream<PodMigration>> all) {
        if (!begun) {
            begun = true;
            all.get().forEach(this::learn);
        }
    }

    /** Learns from a migration that has succeeded; any other teaches nothing. Twice is once. */
    public synchronized void learn(PodMigration migration) {
        FreezeSample.of(migration).ifPresent(samples::add);
        while (samples.size() > MOST) {
            samples.removeFirst();
        }
    }

    synchronized Basis basis(String source, @Nullable String target) {
        List<FreezeSample> pair =
                newest(sample -> sample.source().equals(source) && sample.target().equals(target));
        return pair.size() >= ENOUGH ? new Basis(pair, true) : new Basis(newest(_ -> true), false);
    }

    private List<FreezeSample> newest(Predicate<FreezeSample> wanted) {
        return samples.descendingSet().stream().filter(wanted).limit(NEWEST).toList();
    }
}
