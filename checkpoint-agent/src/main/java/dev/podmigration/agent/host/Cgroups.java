package dev.podmigration.agent.host;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the control groups of pods, whatever the version and the kubelet's driver.
 *
 * <p>Groups are searched by name below the mounted hierarchy instead of being computed: the
 * kubelet's {@code --cgroup-root}, the quality-of-service level and the driver all change the path,
 * the names stay.
 */
public final class Cgroups {

    /** cgroupfs: {@code pod<uid>}; systemd: {@code kubepods-burstable-pod<uid with _>.slice}. */
    private static final Pattern POD =
            Pattern.compile("pod([0-9a-f-]+)|(?:.*-)?pod([0-9a-f_]+)\\.slice");

    /**
     * cgroupfs: {@code crio-<id>}; systemd: {@code crio-<id>.scope}. Monitors are {@code
     * crio-conmon-<id>}.
     */
    private static final Pattern CONTAINER = Pattern.compile("crio-([0-9a-f]{64})(?:\\.scope)?");

    /**
     * Slices above a pod: root, kubepods, quality of service; two more for a nested {@code
     * --cgroup-root}.
     */
    private static final int MAX_DEPTH = 6;

    private final Path hierarchy;
    private final Function<Path, Cgroup> group;

    private Cgroups(Path hierarchy, Function<Path, Cgroup> group) {
        this.hierarchy = hierarchy;
        this.group = group;
    }

    /**
     * Finds the hierarchy of the node that can freeze.
     *
     * @throws IOException when the node has no hierarchy that can freeze
     */
    public static Cgroups of(Host host) throws IOException {
        Optional<Path> freezer = mount(host, "cgroup", "freezer");
        if (freezer.isPresent()) {
            return new Cgroups(freezer.get(), FreezerCgroup::new);
        }
        Path unified =
                mount(host, "cgroup2", null)
                        .orElseThrow(
                                () ->
                                        new IOException(
                                                "the node has neither a cgroup2 nor a freezer"
                                                        + " hierarchy mounted"));
        return new Cgroups(unified, UnifiedCgroup::new);
    }

    public boolean isVersion1() {
        return group.apply(hierarchy) instanceof FreezerCgroup;
    }

    /**
     * Looks for the groups of a pod.
     *
     * @return empty when the node has no such pod (any more)
     */
    public Optional<PodCgroup> ofPod(String podUid) throws IOException {
        Optional<Path> found = find(podUid);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Cgroup> containers = new HashMap<>();
        try (DirectoryStream<Path> children =
                Files.newDirectoryStream(found.get(), Files::isDirectory)) {
            for (Path child : children) {
                Matcher name = CONTAINER.matcher(child.getFileName().toString());
                if (name.matches()) {
                    containers.put(name.group(1), group.apply(child));
                }
            }
        }
        return Optional.of(new PodCgroup(podUid, group.apply(found.get()), containers));
    }

    /** The pod of a process, from the group names that the kernel reports for it. */
    public static Optional<String> podUidOf(Host host, long pid) throws IOException {
        for (String line : Files.readAllLines(host.process(pid, "cgroup"))) {
            for (String name : line.substring(line.indexOf('/') + 1).split("/")) {
                Optional<String> uid = podUid(name);
                if (uid.isPresent()) {
                    return uid;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Path> find(String podUid) throws IOException {
        Deque<Path> todo = new ArrayDeque<>();
        todo.add(hierarchy);
        while (!todo.isEmpty()) {
            Path directory = todo.removeFirst();
            try (DirectoryStream<Path> children =
                    Files.newDirectoryStream(directory, Files::isDirectory)) {
                for (Path child : children) {
                    Optional<String> uid = podUid(child.getFileName().toString());
                    if (uid.isPresent() && uid.get().equals(podUid)) {
                        return Optional.of(child);
                    }
                    // Pods hold no pods.
                    if (uid.isEmpty() && hierarchy.relativize(child).getNameCount() < MAX_DEPTH) {
                        todo.addLast(child);
                    }
                }
            } catch (NoSuchFileException | DirectoryIteratorException e) {
                // Groups come and go while we look; one that is gone holds nothing.
            }
        }
        return Optional.empty();
    }

    private static Optional<String> podUid(String groupName) {
        Matcher matcher = POD.matcher(groupName);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String plain = matcher.group(1);
        return Optional.of(plain != null ? plain : matcher.group(2).replace('_', '-'));
    }

    private static Optional<Path> mount(Host host, String type, @Nullable String option)
            throws IOException {
        for (MountInfo mount : MountInfo.of(host, 1)) {
            boolean wanted =
                    mount.type().equals(type)
                            && (option == null || mount.superOptions().contains(option));
            if (wanted) {
                return Optional.of(host.path(mount.mountPoint()));
            }
        }
        return Optional.empty();
    }
}
