package dev.podmigration.api.v1alpha1;

/** How a pod is moved. */
public enum Strategy {
    /** The best strategy that the pod and both nodes allow. */
    Auto,

    /** Memory, sockets and files move; the processes go on where they were. */
    Checkpoint
}
