package dev.podmigration.agent.guard;

import dev.podmigration.agent.canary.Proof;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.HostFile;
import dev.podmigration.agent.host.NodeDirectories;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The directory from which CRI-O takes OCI hooks, chosen when the node parts are installed and
 * noted on the node: an agent needs it before it has found CRI-O.
 */
public final class HookDirectory {

    private static final String ABILITY = "StartGuard";

    /** Every file of ours in there begins with this. */
    static final String PREFIX = "podmigration-";

    /** Gone after a restart of the node, which is what is guarded against. */
    private static final List<String> NOT_DURABLE = List.of("/run/", "/var/run/", "/tmp/", "/dev/");

    private final Host host;
    private final HostFile note;

    public HookDirectory(Host host) {
        this.host = host;
        this.note = new HostFile(host, NodeDirectories.DATA + "/hook-directory");
    }

    /** The file that names it; empty when there is no directory that would do. */
    public HostFile note() {
        return note;
    }

    /**
     * What the note is to say.
     *
     * @param configured the directories that CRI-O reads, each made by CRI-O when it could be
     */
    public String choose(List<String> configured) {
        return configured.stream()
                .filter(path -> NOT_DURABLE.stream().noneMatch(path::startsWith))
                .filter(path -> Files.isDirectory(host.path(path)))
                .filter(path -> Files.isWritable(host.path(path)))
                .findFirst()
                .map(path -> path + "\n")
                .orElse("");
    }

    /** Whether a pod that was given away stays down when this node loses power. */
    public Proof prove() throws IOException {
        return find().map(
                        _ ->
                                new Proof(
                                        ABILITY,
                                        true,
                                        "A pod that was given to another node is not started here"
                                                + " again."))
                .orElseGet(
                        () ->
                                new Proof(
                                        ABILITY,
                                        false,
                                        "CRI-O's hooks_dir names no directory that can be written"
                                                + " and outlives a restart of the node: if the node"
                                                + " loses power after the grant, its kubelet may"
                                                + " start the pod a second time."));
    }

    /** Where this process finds it; empty before the installation and when there is none. */
    Optional<Path> find() throws IOException {
        String path = note.read().strip();
        return path.isEmpty()
                ? Optional.empty()
                : Optional.of(host.path(path)).filter(Files::isDirectory);
    }

    /** Every file of ours. */
    List<Path> files() throws IOException {
        Optional<Path> directory = find();
        if (directory.isEmpty()) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory.get())) {
            return files.filter(file -> file.getFileName().toString().startsWith(PREFIX)).toList();
        }
    }

    /** Takes every file of ours away. */
    public void clear() throws IOException {
        for (Path file : files()) {
            Files.deleteIfExists(file);
        }
    }
}
