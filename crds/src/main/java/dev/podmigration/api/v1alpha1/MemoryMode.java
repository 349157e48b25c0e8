package dev.podmigration.api.v1alpha1;

/** How memory moves. */
public enum MemoryMode {
    /** The best mode that both nodes have proved. */
    Auto,

    /** All memory moves while the pod is frozen. */
    Copy
}
