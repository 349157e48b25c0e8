package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.INT;

import java.nio.file.Path;

/** Makes what was written survive a power failure. */
public final class Durability {
    private static final SystemCall FSYNC = SystemCall.ofInt("fsync", INT);

    private Durability() {}

    /**
     * Writes a file's content, or a directory's entries, to the device. A new or renamed file is
     * durable only when its directory was synced too.
     */
    public static void sync(Path fileOrDirectory) throws ErrnoException {
        try (Descriptor descriptor = Descriptor.open(fileOrDirectory, Descriptor.READ_ONLY)) {
            FSYNC.call(fileOrDirectory, descriptor.number());
        }
    }
}
