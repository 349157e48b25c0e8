package dev.podmigration.protocol.explore;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Visits every state that can be reached, each once, those that are reached in few steps first: a
 * trace to a bad one is a shortest.
 */
public final class Explorer<S extends State<S>> {

    /** Above anything that ends within the minute that a build has for this. */
    private static final int MOST_STATES = 20_000_000;

    private final Behaviour<S> behaviour;
    private final Supplier<S> blank;
    private final StateTable states = new StateTable();
    private final IntList parents = new IntList();

    /** Where the progress of a state begins in {@link #progress}; one more entry than states. */
    private final IntList progressFrom = new IntList();

    private final IntList progress = new IntList();
    private long steps;
    private int forbiddenState = -1;
    private int deadEnd = -1;
    private boolean complete;

    private Explorer(Behaviour<S> behaviour, Supplier<S> blank) {
        this.behaviour = behaviour;
        this.blank = blank;
    }

    /**
     * Visits everything, or ends at the first state that must not be.
     *
     * @param blank makes a state whose fields are overwritten
     * @param forbidden must hold nowhere
     * @param isEnd must hold where nothing goes on by itself
     */
    public static <S extends State<S>> Explorer<S> explore(
            Behaviour<S> behaviour,
            Supplier<S> blank,
            S start,
            Predicate<S> forbidden,
            Predicate<S> isEnd) {
        Explorer<S> explorer = new Explorer<>(behaviour, blank);
        explorer.visitAll(start, forbidden, isEnd);
        return explorer;
    }

    private void visitAll(S start, Predicate<S> forbidden, Predicate<S> isEnd) {
        add(start, -1);
        for (int at = 0; at < states.size() && forbiddenState < 0 && deadEnd < 0; at++) {
            int from = at;
            S state = state(at);
            if (forbidden.test(state)) {
                forbiddenState = at;
            }
            int before = progress.size();
            progressFrom.add(before);
            behaviour.offer(
                    state,
                    (kind, name, change) -> {
                        S next = changed(state, change);
                        steps++;
                        int to = add(next, from);
                        if (to != from && kind.isProgress()) {
                            progress.add(to);
                        }
                    });
            if (progress.size() == before && !isEnd.test(state)) {
                deadEnd = at;
            }
            if (states.size() > MOST_STATES) {
                throw new IllegalStateException("More than " + MOST_STATES + " states");
            }
        }
        complete = forbiddenState < 0 && deadEnd < 0;
        progressFrom.add(progress.size());
    }

    private S changed(S state, Consumer<S> change) {
        S next = state.copy();
        change.accept(next);
        return next;
    }

    private int add(S state, int parent) {
        Bits bits = Bits.write();
        state.fields(bits);
        int before = states.size();
        int at = states.add(bits.low(), bits.high());
        if (at == before) {
            parents.add(parent);
        }
        return at;
    }

    private S state(int at) {
        S state = blank.get();
        state.fields(Bits.read(states.low(at), states.high(at)));
        return state;
    }

    public int states() {
        return states.size();
    }

    public long steps() {
        return steps;
    }

    /** Whether a state of this kind was visited. */
    public boolean anyMatch(Predicate<S> question) {
        for (int at = 0; at < states.size(); at++) {
            if (question.test(state(at))) {
                return true;
            }
        }
        return false;
    }

    /** The way to the state that must not be. */
    public Optional<List<Transition<S>>> forbidden() {
        return forbiddenState < 0 ? Optional.empty() : Optional.of(trace(forbiddenState));
    }

    /** The way to a state in which nothing goes on by itself, and which is not an end. */
    public Optional<List<Transition<S>>> deadEnd() {
        return deadEnd < 0 ? Optional.empty() : Optional.of(trace(deadEnd));
    }

    /**
     * A way round that needs neither a fault nor anybody's wish. Without one, and without dead
     * ends, every run comes to an end as soon as nothing breaks any more.
     *
     * @throws IllegalStateException if not everything was visited
     */
    public Optional<List<Transition<S>>> cycle() {
        if (!complete) {
            throw new IllegalStateException("Not everything was visited");
        }
        int count = states.size();
        int[] incoming = new int[count];
        for (int i = 0; i < progress.size(); i++) {
            incoming[progress.get(i)]++;
        }
        IntList free = new IntList();
        for (int at = 0; at < count; at++) {
            if (incoming[at] == 0) {
                free.add(at);
            }
        }
        for (int i = 0; i < free.size(); i++) {
            for (int e = progressFrom.get(free.get(i));
                    e < progressFrom.get(free.get(i) + 1);
                    e++) {
                if (--incoming[progress.get(e)] == 0) {
                    free.add(progress.get(e));
                }
            }
        }
        return free.size() == count ? Optional.empty() : Optional.of(round(incoming));
    }

    /** Every state that is left has a predecessor that is left: going back ends in a cycle. */
    private List<Transition<S>> round(int[] incoming) {
        int[] before = new int[incoming.length];
        int some = -1;
        for (int at = 0; at < incoming.length; at++) {
            for (int e = progressFrom.get(at); e < progressFrom.get(at + 1); e++) {
                if (incoming[at] > 0 && incoming[progress.get(e)] > 0) {
                    before[progress.get(e)] = at;
                    some = progress.get(e);
                }
            }
        }
        boolean[] passed = new boolean[incoming.length];
        int at = some;
        while (!passed[at]) {
            passed[at] = true;
            at = before[at];
        }
        List<Integer> way = new ArrayList<>();
        int end = at;
        do {
            way.add(at);
            at = before[at];
        } while (at != end);
        way.add(end);
        Collections.reverse(way);
        List<Transition<S>> trace = trace(end);
        for (int i = 1; i < way.size(); i++) {
            trace.add(transition(way.get(i - 1), way.get(i)));
        }
        return trace;
    }

    private List<Transition<S>> trace(int end) {
        List<Transition<S>> trace = new ArrayList<>();
        for (int at = end; parents.get(at) >= 0; at = parents.get(at)) {
            trace.add(transition(parents.get(at), at));
        }
        Collections.reverse(trace);
        return trace;
    }

    private Transition<S> transition(int from, int to) {
        List<Transition<S>> found = new ArrayList<>();
        S state = state(from);
        behaviour.offer(
                state,
                (kind, name, change) -> {
                    S next = changed(state, change);
                    Bits bits = Bits.write();
                    next.fields(bits);
                    if (bits.low() == states.low(to) && bits.high() == states.high(to)) {
                        found.add(new Transition<>(kind, name, next));
                    }
                });
        return found.getFirst();
    }
}
