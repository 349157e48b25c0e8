package dev.podmigration.api.v1alpha1;

/** The outcome of one check. */
public enum Verdict {
    /** No objection. */
    Passed,

    /** The migration goes on; a person should know. */
    Warning,

    /** The migration does not begin. */
    Refused
}
