package dev.podmigration.agent.commit;

/** What the durable record of the target says. */
public enum TargetState {
    /** The launcher waits; nothing of the source's memory is here that could run. */
    ARMED,
    /** The launcher was told to restore. */
    RESTORING,
    /** Everything is restored and stopped; the source was asked, its answer is not known here. */
    ASKED,
    /** Written before the restored processes are let go. Final: this copy is the pod. */
    RESUMED,
    /** Written before anything is undone. Final: this copy never ran and never will. */
    CANCELLED
}
