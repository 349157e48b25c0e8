package dev.podmigration.api.v1alpha1;

/** What the phases of the two halves of a migration have in common. */
public interface HalfPhase {

    /** Nothing happens any more. */
    boolean isFinal();
}
