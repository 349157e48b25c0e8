package dev.podmigration.agent.files;

import dev.podmigration.agent.linux.FileStatus;

import java.time.Instant;

/** What the target has under one path, as far as the source remembers. */
sealed interface Known {
    /** Nothing: it was told to remove what the image has. */
    record Removed() implements Known {}

    /**
     * A file as it was when it was sent.
     *
     * @param settled whether a later change is sure to show in the change time
     * @param whole as in {@link Scanned.Present}
     * @param contentSum of a regular file in memory, else 0
     */
    record Sent(
            FileIdentity identity,
            int mode,
            long size,
            Instant changed,
            Instant accessed,
            boolean settled,
            boolean whole,
            long contentSum)
            implements Known {

        static Sent of(FileStatus status, boolean settled, boolean whole, long contentSum) {
            return new Sent(
                    FileIdentity.of(status),
                    status.mode(),
                    status.size(),
                    status.changed(),
                    status.accessed(),
                    settled,
                    whole,
                    contentSum);
        }

        /** Whether the file is the same and has not changed since, access times aside. */
        boolean isStill(FileStatus now) {
            return settled
                    && mode == now.mode()
                    && size == now.size()
                    && changed.equals(now.changed())
                    && identity.equals(FileIdentity.of(now));
        }
    }
}
