package dev.podmigration.agent.commit;

/** What the durable record says of a pod that is received before it exists on this node. */
public enum ReceiverState {
    /** Images and files arrive. */
    RECEIVING,
    /** All is here and right; the source was asked, its answer is not known here. */
    ASKED,
    /**
     * Written before anybody is told of the grant. From here on the pod comes to life here and
     * nowhere else: the source is deleted.
     */
    GRANTED,
    /** Written before the restored processes are let go. Final: this copy is the pod. */
    RESUMED,
    /** Written before a launcher may start the pod without its memory. Final. */
    STARTED_ANEW,
    /** Written before anything is undone. Final: nothing of it ever ran here and never will. */
    CANCELLED
}
