package dev.podmigration.api.v1alpha1;

/** On which address the target answers. */
public enum RestoreAddress {
    /** On the addresses of the source. */
    Keep,

    /** On an address of its own; restored connections are closed. */
    New
}
