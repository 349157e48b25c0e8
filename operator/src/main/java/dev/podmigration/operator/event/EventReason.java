package dev.podmigration.operator.event;

/**
 * Reasons of events that report progress. Events about failures have the name of their
 * FailureReason.
 */
public enum EventReason {
    /** The checks begin. */
    Checking,
    /** Every check passed with dryRun. */
    DryRun,
    /** The target pod is being made; the source runs. */
    Preparing,
    /** Both ends are ready. */
    Armed,
    /** Neither copy answers. */
    Frozen,
    /** The pod is moved without its memory. */
    Moving,
    /** The checkpoint is undone; the pod is moved without one. */
    FallingBack,
    /** Only the target may ever run from here on. */
    Committed,
    /** The pod runs on the target and the source is gone. */
    Succeeded,
    /** The source runs as before. */
    RolledBack,
    /** It ended as the user wished. */
    Cancelled,
    /** It ended without a running target, or never began. */
    Failed,
    /** A kubelet did not remove a pod in time. */
    ForcedRemoval,
    /** The wish to cancel came after the commit. */
    CancelRefused
}
