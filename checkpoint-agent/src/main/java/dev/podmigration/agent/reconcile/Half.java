package dev.podmigration.agent.reconcile;

import dev.podmigration.agent.AgentFailure;

import java.io.IOException;

/**
 * What is particular to one kind of object that the agents carry out. {@link #pursue}, {@link
 * #fail} and {@link #forget} of one object come one after another, from a thread that may block.
 */
public interface Half<T> {

    Class<T> type();

    /** Kept on an object until nothing of it is left on the node. */
    String finalizer();

    /** The node whose agent carries the object out. */
    String node(T object);

    /** Called at once when the object changes, whatever is being done for it; must not block. */
    default void changed(T object) {}

    /**
     * Does the next thing that the object's goal demands, and reports it in the status.
     *
     * @param again looks at this object again: call it when something has changed that only the
     *     node knows
     * @throws AgentFailure ends the object
     * @throws IOException is tried again
     */
    void pursue(T object, Runnable again) throws AgentFailure, IOException;

    /** Reports the failure that has ended the object. */
    void fail(T object, AgentFailure failure);

    /**
     * The object is being deleted: removes everything that belongs to it from the node. Until that
     * is done the object stays.
     *
     * @param again asks once more: call it when what stands in the way has changed
     * @return false while something is left that the node still needs
     * @throws IOException is tried again
     */
    boolean forget(T object, Runnable again) throws IOException;
}
