package dev.podmigration.agent.runtime;

/** What the container runtime calls itself, for example {@code cri-o 1.36.3}. */
public record RuntimeVersion(String name, String version) {}
