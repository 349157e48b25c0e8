package dev.podmigration.protocol.model;

/** What is under way on the stream the other way. */
enum ToSource {
    NOTHING,
    FENCED,
    GRANT_REQUEST,
    RESUMED
}
