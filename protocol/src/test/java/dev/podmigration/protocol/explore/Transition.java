package dev.podmigration.protocol.explore;

/** One step of a trace, and the state that it led to. */
public record Transition<S>(Kind kind, String name, S state) {}
