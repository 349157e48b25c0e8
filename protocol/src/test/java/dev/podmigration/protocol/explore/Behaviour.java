package dev.podmigration.protocol.explore;

/** What can happen next. */
public interface Behaviour<S> {

    /** Offers every step that is possible in a state, which is left as it is. */
    void offer(S state, Steps<S> steps);
}
