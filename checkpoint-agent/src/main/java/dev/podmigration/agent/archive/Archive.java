package dev.podmigration.agent.archive;

import dev.podmigration.agent.commit.ObjectKey;

import java.time.Instant;

/**
 * An archive of one container.
 *
 * @param checkpoint the PodCheckpoint that wanted it
 * @param file as the node names it
 * @param takenAt when the kubelet had written it
 * @param bytes its size
 */
public record Archive(ObjectKey checkpoint, String file, Instant takenAt, long bytes) {}
