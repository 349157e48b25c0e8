package dev.podmigration.api.v1alpha1;

/** What becomes of the pod address. */
public enum AddressMode {
    /** Keep where the network allows it, else New; the status says why. */
    Auto,

    /** The target answers on the address of the source and connections live on. */
    Keep,

    /** The target gets an address of its own and connections are closed. */
    New
}
