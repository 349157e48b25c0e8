package dev.podmigration.agent.host;

import dev.podmigration.agent.linux.Durability;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A small configuration file of the node that is replaced as a whole: whoever reads it sees the old
 * or the new content, and so does the node after a power failure.
 *
 * <p>Bytes are kept whatever encoding they are in.
 */
public final class HostFile {

    private static final Set<PosixFilePermission> DEFAULT =
            PosixFilePermissions.fromString("rw-r--r--");

    private final Host host;
    private final String path;
    private final String unfinished;
    private final Set<PosixFilePermission> permissions;

    public HostFile(Host host, String path) {
        this(host, path, DEFAULT);
    }

    /** For a directory whose every file is read by others: the unfinished file lies beside it. */
    public static HostFile inReadDirectory(Host host, String directory, String name) {
        return new HostFile(
                host, directory + "/" + name, directory + "/../" + unfinishedName(name), DEFAULT);
    }

    /**
     * A file that, if it does not exist yet, is made with these permissions.
     *
     * @param permissions for a file that does not exist yet
     */
    public HostFile(Host host, String path, Set<PosixFilePermission> permissions) {
        this(
                host,
                path,
                Path.of(path).resolveSibling(unfinishedName(path)).toString(),
                permissions);
    }

    private HostFile(
            Host host, String path, String unfinished, Set<PosixFilePermission> permissions) {
        this.host = host;
        this.path = path;
        this.unfinished = unfinished;
        this.permissions = Set.copyOf(permissions);
    }

    private static String unfinishedName(String path) {
        return "." + Path.of(path).getFileName() + ".podmigration";
    }

    /** Where this process finds it. */
    public Path location() {
        return host.path(path);
    }

    /** As the node names it. */
    public String path() {
        return path;
    }

    public boolean exists() {
        return Files.exists(host.path(path));
    }

    /**
     * The content; an empty text when there is no such file.
     *
     * @return an empty text when there is no such file
     */
    public String read() throws IOException {
        try {
            return Files.readString(host.path(path), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    /** Does nothing when the file says that already. */
    public void write(String text) throws IOException {
        Path file = host.path(path);
        boolean existed = Files.exists(file);
        if (existed && read().equals(text)) {
            return;
        }
        Set<PosixFilePermission> wanted =
                existed ? Files.getPosixFilePermissions(file) : permissions;
        Path fresh = host.path(unfinished);
        Files.createDirectories(file.getParent());
        Files.writeString(fresh, text, StandardCharsets.ISO_8859_1);
        Files.setPosixFilePermissions(fresh, wanted);
        Durability.sync(fresh);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        Durability.sync(file.getParent());
    }

    /**
     * An empty text means that the file goes; also takes away what a write left that was killed in
     * the middle.
     */
    public void writeOrDelete(String text) throws IOException {
        Path file = host.path(path);
        Files.deleteIfExists(host.path(unfinished));
        if (text.isEmpty()) {
            Files.deleteIfExists(file);
        } else {
            write(text);
        }
    }
}
