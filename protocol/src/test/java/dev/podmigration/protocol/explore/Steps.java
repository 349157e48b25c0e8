package dev.podmigration.protocol.explore;

import java.util.function.Consumer;

/** Takes what can happen next. */
public interface Steps<S> {

    /**
     * One possible step.
     *
     * @param name for a person who reads a trace
     * @param change turns a copy of the present state into the next one
     */
    void offer(Kind kind, String name, Consumer<S> change);
}
