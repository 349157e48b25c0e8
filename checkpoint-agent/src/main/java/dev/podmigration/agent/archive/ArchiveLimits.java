package dev.podmigration.agent.archive;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * How much of the archives a node keeps; what is beyond goes, the oldest first.
 *
 * @param age an older one goes
 * @param count of archives, one for each container
 * @param bytes of all together; the newest stays even if it alone is larger
 */
public record ArchiveLimits(Duration age, int count, long bytes) {

    /** The limit that an archive has gone beyond. */
    public enum Excess {
        AGE("age", "it was older than %s h"),
        COUNT("count", "there were more than %s"),
        SIZE("size", "all of them together were larger than %s MiB");

        private final String label;
        private final String text;

        Excess(String label, String text) {
            this.label = label;
            this.text = text;
        }

        /** For a metric. */
        public String label() {
            return label;
        }
    }

    public ArchiveLimits {
        if (!age.isPositive() || count < 1 || bytes < 1) {
            throw new IllegalArgumentException(
                    "limits of archives are positive: %s, %d, %d".formatted(age, count, bytes));
        }
    }

    /** A part of a sentence. */
    public String text(Excess excess) {
        return excess.text.formatted(
                switch (excess) {
                    case AGE -> age.toHours();
                    case COUNT -> count;
                    case SIZE -> bytes >> 20;
                });
    }

    /** What has to go, the oldest first, and why. */
    public SequencedMap<Archive, Excess> excess(List<Archive> archives, Instant now) {
        List<Archive> newestFirst =
                archives.stream()
                        .sorted(Comparator.comparing(Archive::takenAt).reversed())
                        .toList();
        SequencedMap<Archive, Excess> excess = new LinkedHashMap<>();
        long total = 0;
        for (int i = 0; i < newestFirst.size(); i++) {
            Archive archive = newestFirst.get(i);
            total += archive.bytes();
            if (archive.takenAt().plus(age).isBefore(now)) {
                excess.putFirst(archive, Excess.AGE);
            } else if (i >= count) {
                excess.putFirst(archive, Excess.COUNT);
            } else if (i > 0 && total > bytes) {
                excess.putFirst(archive, Excess.SIZE);
            }
        }
        return excess;
    }
}
