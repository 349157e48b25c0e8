package dev.podmigration.agent.archive;

import dev.podmigration.agent.commit.ObjectKey;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * The archives of one PodCheckpoint that are still there.
 *
 * @param files as the node names them
 * @param takenAt of the last of them
 */
record ArchiveRecord(ObjectKey checkpoint, List<String> files, Instant takenAt) {

    ArchiveRecord {
        files = List.copyOf(files);
    }

    ArchiveRecord with(String file, Instant now) {
        return new ArchiveRecord(
                checkpoint, Stream.concat(files.stream(), Stream.of(file)).toList(), now);
    }

    ArchiveRecord without(String file) {
        return new ArchiveRecord(
                checkpoint, files.stream().filter(kept -> !kept.equals(file)).toList(), takenAt);
    }
}
