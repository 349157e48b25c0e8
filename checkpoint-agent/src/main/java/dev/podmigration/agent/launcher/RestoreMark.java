package dev.podmigration.agent.launcher;

import dev.podmigration.agent.host.NodeDirectories;
import dev.podmigration.agent.linux.Durability;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The two durable files that tell every later launcher of a pod what may happen: they survive the
 * agent, a reboot and whatever the kubelet tries again.
 */
public enum RestoreMark {
    /** The pod lives here now: its containers are started anew when they crash. */
    COMMITTED("committed"),
    /** The pod will never live here: launchers fail. */
    CANCELLED("cancelled");

    private final String fileName;

    RestoreMark(String fileName) {
        this.fileName = fileName;
    }

    /** Returns when the mark is on the disk. */
    public void set(NodeDirectories directories, String podUid) throws IOException {
        Path directory = directories.restoreRecord(podUid);
        Files.createDirectories(directory);
        Path file = directory.resolve(fileName);
        try {
            Files.createFile(file);
        } catch (FileAlreadyExistsException e) {
            // Written before a restart, perhaps not yet synced.
        }
        Durability.sync(file);
        Durability.sync(directory);
        Durability.sync(directories.data().resolve("restores"));
    }

    public boolean isSet(NodeDirectories directories, String podUid) {
        return Files.exists(directories.restoreRecord(podUid).resolve(fileName));
    }
}
