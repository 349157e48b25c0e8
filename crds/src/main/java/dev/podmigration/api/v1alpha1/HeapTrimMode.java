package dev.podmigration.api.v1alpha1;

/** Whether JVMs are made smaller before the freeze. */
public enum HeapTrimMode {
    /** Where the JVM can give memory back while its program runs. */
    Auto,

    /** No JVM is told anything. */
    Never
}
