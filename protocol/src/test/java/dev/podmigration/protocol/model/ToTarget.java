package dev.podmigration.protocol.model;

/** What is under way on the stream; the protocol never has more than one message there. */
enum ToTarget {
    NOTHING,
    FENCE,
    /** Images, manifests and files: complete. */
    EVERYTHING,
    GRANT,
    REFUSAL
}
