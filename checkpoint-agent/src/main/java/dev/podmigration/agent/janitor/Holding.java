package dev.podmigration.agent.janitor;

/**
 * One thing on the node that this project has put there.
 *
 * @param name of it among those of its kind
 * @param bytes that it takes on a disk or in memory, 0 if that is not worth counting
 */
public record Holding(Kind kind, String name, long bytes) {

    /** Kinds of things; also the label of a metric. */
    public enum Kind {
        ARCHIVE("archive"),
        RECORD("record"),
        RESTORE_DIRECTORY("restore-directory"),
        RESTORE_FILES("restore-files"),
        DUMP_DIRECTORY("dump-directory"),
        RESTORED_MARK("restored-mark"),
        DUMP_IMAGES("dump-images"),
        RESERVATION("reservation"),
        FENCE("fence");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }
}
