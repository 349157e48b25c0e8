package dev.podmigration.agent.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/**
 * The node's file system. The agent runs with {@code hostPID}, so the root of process 1 is the
 * node's root, whatever is mounted there and whenever.
 *
 * <p>Thread-safe: it keeps nothing but the path of the root.
 */
public final class Host {

    /** As many as the kernel follows (MAXSYMLINKS). */
    private static final int MAX_LINKS = 40;

    /**
     * Below these the kernel's links lead somewhere else than their text says: only the kernel may
     * follow them.
     */
    private static final Pattern PROCESS_PATH =
            Pattern.compile("/proc/(self|thread-self|\\d+)(/.*)?");

    private final Path root;

    private Host(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /**
     * The node on which this process runs; needs the node's process namespace and the right to
     * trace process 1.
     */
    public static Host ofThisNode() {
        return new Host(Path.of("/proc/1/root"));
    }

    public static Host at(Path root) {
        return new Host(root);
    }

    public Path root() {
        return root;
    }

    /**
     * Where an absolute path of the node is found by this process.
     *
     * <p>An absolute symbolic link below {@code /proc/1/root} would lead the kernel to the agent's
     * own root (on many distributions {@code /var/run} is one), so links are followed here, inside
     * the node's root. What does not exist (yet) is appended as it is.
     *
     * <p>Only for paths that no user of the cluster controls: whoever may change a directory on the
     * way can change it between this call and the use of its answer.
     */
    public Path path(String absolute) {
        return resolve(absolute, true);
    }

    /**
     * Like {@link #path}, but a link in the last place is not followed: for removing it, or reading
     * it.
     */
    public Path pathWithoutLastLink(String absolute) {
        return resolve(absolute, false);
    }

    /** A file of a process of the node. */
    public Path process(long pid, String file) {
        return root.resolve("proc").resolve(Long.toString(pid)).resolve(file);
    }

    /** The node's processes, one directory each. */
    public Path processes() {
        return root.resolve("proc");
    }

    public boolean isAlive(long pid) {
        return Files.exists(process(pid, "stat"), LinkOption.NOFOLLOW_LINKS);
    }

    /** The other way round: how the node calls a path that this process sees. */
    public String nameOnNode(Path path) {
        Path full = path.toAbsolutePath().normalize();
        if (!full.startsWith(root)) {
            throw new IllegalArgumentException(path + " is not below " + root);
        }
        return "/" + root.relativize(full);
    }

    private Path resolve(String absolute, boolean followLast) {
        if (!absolute.startsWith("/")) {
            throw new IllegalArgumentException("not an absolute path: " + absolute);
        }
        Deque<String> todo = names(absolute);
        Deque<String> done = new ArrayDeque<>();
        int links = 0;
        while (!todo.isEmpty()) {
            String name = todo.removeFirst();
            if (name.equals("..")) {
                done.pollLast();
                continue;
            }
            done.addLast(name);
            Path here = join(done);
            boolean follow = followLast || !todo.isEmpty();
            if (follow && Files.isSymbolicLink(here) && !isOfProcess(done)) {
                if (++links > MAX_LINKS) {
                    throw new IllegalStateException("too many symbolic links in " + absolute);
                }
                done.removeLast();
                String target = readLink(here);
                if (target.startsWith("/")) {
                    done.clear();
                }
                Deque<String> more = names(target);
                while (!more.isEmpty()) {
                    todo.addFirst(more.removeLast());
                }
            }
        }
        return join(done);
    }

    private static boolean isOfProcess(Deque<String> names) {
        return PROCESS_PATH.matcher("/" + String.join("/", names)).matches();
    }

    private static Deque<String> names(String path) {
        Deque<String> names = new ArrayDeque<>();
        for (String name : path.split("/")) {
            if (!name.isEmpty() && !name.equals(".")) {
                names.addLast(name);
            }
        }
        return names;
    }

    private Path join(Deque<String> names) {
        Path path = root;
        for (String name : names) {
            path = path.resolve(name);
        }
        return path;
    }

    private static String readLink(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
