package dev.podmigration.agent.files;

/** What the pod does while its files are read. */
public enum Round {
    /** It may change anything meanwhile; a later round sends that. */
    RUNNING,
    /** Nothing changes: what is sent is final, and a file that changes nevertheless is an error. */
    STOPPED
}
