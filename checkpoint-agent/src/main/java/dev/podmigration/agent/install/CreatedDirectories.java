package dev.podmigration.agent.install;

import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.HostFile;
import dev.podmigration.agent.host.NodeDirectories;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Remembers which of the node's directories were not there before us, so that exactly those are
 * taken away again. Noted before they are made: an agent that is killed in between has noted one
 * too many, never one too few.
 */
final class CreatedDirectories {

    private final Host host;
    private final HostFile list;

    CreatedDirectories(Host host) {
        this.host = host;
        this.list = new HostFile(host, NodeDirectories.DATA + "/created-directories");
    }

    void create(String directory) throws IOException {
        List<String> missing = new ArrayList<>();
        for (Path path = Path.of(directory);
                path != null && !Files.exists(host.path(path.toString())); ) {
            missing.addFirst(path.toString());
            path = path.getParent();
        }
        if (!missing.isEmpty()) {
            list.write(list.read() + String.join("\n", missing) + "\n");
            Files.createDirectories(host.path(directory));
        }
    }

    /** The last first; one that others use by now stays. */
    void removeEmpty() throws IOException {
        for (String directory : list.read().lines().toList().reversed()) {
            try {
                Files.deleteIfExists(host.path(directory));
            } catch (DirectoryNotEmptyException e) {
                // Somebody else keeps something there.
            }
        }
    }
}
