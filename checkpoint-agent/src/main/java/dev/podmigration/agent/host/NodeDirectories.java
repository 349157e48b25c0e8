package dev.podmigration.agent.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where this project keeps its files on a node (docs/architecture.md, "On a node"). Every name that
 * comes from the cluster is checked before it becomes a part of a path.
 */
public record NodeDirectories(Host host) {

    /** Survives a reboot. */
    public static final String DATA = "/var/lib/podmigration";

    /** Does not. */
    public static final String STATE = "/run/podmigration";

    /** What the name of a directory begins with that is being taken away. */
    public static final String REMOVED = ".removed-";

    private static final Pattern POD_UID = Pattern.compile("[0-9a-f-]{1,64}");
    private static final Pattern CONTAINER_NAME =
            Pattern.compile("[0-9a-z]([0-9a-z-]{0,61}[0-9a-z])?");
    private static final Pattern CONTAINER_ID = Pattern.compile("[0-9a-f]{64}");

    public Path data() {
        return host.path(DATA);
    }

    public Path state() {
        return host.path(STATE);
    }

    /** Durable: the record of a restore and the files that the launcher obeys. */
    public Path restoreRecord(String podUid) {
        return host.path(DATA + "/restores/" + checked(POD_UID, podUid));
    }

    /** Images, work directory and pipes of all containers of one restore. */
    public Path restores(String podUid) {
        return host.path(STATE + "/restores/" + checked(POD_UID, podUid));
    }

    /** The same name, for a link from it to what was received before the pod existed. */
    public Path restoresLink(String podUid) {
        return host.pathWithoutLastLink(STATE + "/restores/" + checked(POD_UID, podUid));
    }

    /**
     * Mark of a container that was restored; empty until the runtime was told to start it. Made and
     * filled by the launcher.
     */
    public Path restored(String containerId) {
        return state().resolve("restored").resolve(containerId);
    }

    public Path restore(String podUid, String containerName) {
        return restores(podUid).resolve(checked(CONTAINER_NAME, containerName));
    }

    /** Pipes of the dump of one container. */
    public Path dump(String containerId) {
        return host.path(STATE + "/dumps/" + checked(CONTAINER_ID, containerId));
    }

    /** The containers that have pipes of a dump. */
    public List<String> dumps() throws IOException {
        return names(CONTAINER_ID, host.path(STATE + "/dumps"));
    }

    /** Pipes of dumps that an agent has not come to the end of taking away. */
    public List<Path> removedDumps() throws IOException {
        return entries(host.path(STATE + "/dumps")).stream()
                .filter(dump -> dump.getFileName().toString().startsWith(REMOVED))
                .toList();
    }

    /** The uids of which there is a {@link #restoreRecord}. */
    public List<String> restoreRecords() throws IOException {
        return names(POD_UID, host.path(DATA + "/restores"));
    }

    private static List<String> names(Pattern pattern, Path directory) throws IOException {
        return entries(directory).stream()
                .map(entry -> entry.getFileName().toString())
                .filter(pattern.asMatchPredicate())
                .toList();
    }

    private static List<Path> entries(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }

    /** The record and the launcher's marks; from then on a launcher of this pod finds nobody. */
    public void removeRestoreRecord(String podUid) throws IOException {
        removeTree(restoreRecord(podUid));
    }

    /** Directories of the agent only: nobody else writes there. */
    private static void removeTree(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private static String checked(Pattern pattern, String name) {
        if (!pattern.matcher(name).matches()) {
            throw new IllegalArgumentException("not a name this node would use: " + name);
        }
        return name;
    }
}
