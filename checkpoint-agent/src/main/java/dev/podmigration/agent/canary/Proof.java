package dev.podmigration.agent.canary;

/**
 * What a trial showed.
 *
 * @param ability as it stands in the status of the MigrationNode
 * @param message what was seen, one sentence
 */
public record Proof(String ability, boolean proved, String message) {}
