package dev.podmigration.api.v1alpha1;

/** What the strategy of a workload is asked to do. */
public enum StrategyStage {
    /** Work before anything else is touched; the source runs. */
    Prepare,

    /** Decide when the freeze begins. */
    AwaitFreeze,

    /** Move the pod without a checkpoint. */
    Move,

    /** Finish the work on the target, and say whether the program is well. */
    AfterMove,

    /** Take back what was done; the source runs. */
    Undo,

    /** Move the pod without a checkpoint because the checkpoint failed. */
    Fallback
}
