package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.atrest.RestKey;
import dev.podmigration.agent.files.TreeWriter;
import dev.podmigration.agent.host.HostTree;
import dev.podmigration.agent.images.ImageRoom;
import dev.podmigration.agent.peer.TreeNames;
import dev.podmigration.agent.wire.DataDirectory;
import dev.podmigration.agent.wire.FileFrame;
import dev.podmigration.agent.wire.Hello;
import dev.podmigration.agent.wire.LogTail;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where everything is kept that is received for a pod before it exists, by the uid of its
 * PodRestore: memory on a tmpfs, which a restart of the agent leaves alone and a restart of the
 * node does not; files and logs on the disk, encrypted by a key that lies beside the memory. So it
 * is lost with the memory, and what is on the disk with it.
 */
final class ReceptionPlace {

    private static final String TREE = "tree-";
    private static final String LOG = "log-";
    private static final String HELLO = "hello";
    private static final String KEY = "key";

    /** On the tmpfs: all of the memory is there, and all files are on the disk. */
    private static final String COMPLETE = "complete";

    private final TargetTools tools;
    private final String restoreUid;
    private final List<String> containers;

    ReceptionPlace(TargetTools tools, String restoreUid, List<String> containers) {
        this.tools = tools;
        this.restoreUid = restoreUid;
        this.containers = List.copyOf(containers);
    }

    String uid() {
        return restoreUid;
    }

    private Path memory() {
        return tools.directories().restores(restoreUid);
    }

    private Path disk() {
        return tools.directories().restoreRecord(restoreUid);
    }

    void mount(long sizeBytes) throws IOException {
        try {
            tools.mounts().mount(memory(), sizeBytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("The agent is stopping", e);
        }
        for (String container : containers) {
            Files.createDirectories(tools.directories().restore(restoreUid, container));
        }
        RestKey.keptIn(memory().resolve(KEY));
        HostTree.create(disk());
    }

    /** For the images of one stream. */
    ImageRoom room(long bytes) throws IOException {
        return ImageRoom.take(memory(), bytes);
    }

    private RestKey key() throws IOException {
        return RestKey.readFrom(memory().resolve(KEY));
    }

    /** Where CRIU will read the images of a container from; does not exist before they are all. */
    Path images(String container) {
        return tools.directories().restore(restoreUid, container).resolve("images");
    }

    /**
     * The frames of one tree.
     *
     * @param tree as the source calls it
     * @throws AgentFailure if no pod of these containers has such a tree
     */
    FrameSpool<FileFrame> spool(String tree) throws AgentFailure, IOException {
        boolean known =
                TreeNames.container(tree).filter(containers::contains).isPresent()
                        || TreeNames.emptyDir(tree).isPresent()
                        || tree.equals(TreeNames.SHM);
        if (!known) {
            throw new AgentFailure(
                    FailureReason.InternalError, "The source sent files of an unknown tree");
        }
        return FrameSpool.kept(
                disk().resolve(TREE + tree.replace('/', '-')), key(), FileFrame.parser());
    }

    FrameSpool<LogTail> logSpool(String container) throws IOException {
        return FrameSpool.kept(disk().resolve(LOG + container), key(), LogTail.parser());
    }

    /** What the container has logged; at most what a source carries. */
    List<LogTail> logs(String container) throws IOException, AgentFailure {
        List<LogTail> logs = new ArrayList<>();
        logSpool(container).forEach(logs::add);
        return logs;
    }

    /** What the source has said about the pod. */
    void greeted(Hello hello) throws IOException {
        try (OutputStream out = key().seal(disk().resolve(HELLO))) {
            hello.writeTo(out);
        }
    }

    List<DataDirectory> dataDirectories() throws IOException {
        try (InputStream in = key().open(disk().resolve(HELLO))) {
            return Hello.parseFrom(in).getDataDirectoriesList();
        }
    }

    /** Forgets the files of a stream that ended early: another one sends all of them again. */
    void restart() throws IOException {
        for (Path file : files()) {
            Files.delete(file);
        }
    }

    void complete() throws IOException {
        Files.createFile(memory().resolve(COMPLETE));
    }

    /** Without the key, as after an agent of an older version, the files cannot be read. */
    boolean isComplete() {
        return Files.exists(memory().resolve(COMPLETE)) && Files.exists(memory().resolve(KEY));
    }

    /** From now on launchers of this pod find what was received. */
    void link(String podUid) throws IOException {
        try {
            Files.createSymbolicLink(
                    tools.directories().restoresLink(podUid), memory().getFileName());
        } catch (FileAlreadyExistsException e) {
            // By an earlier attempt, or an agent before this one.
        }
    }

    /** Writes the files of all volumes into those of the pod. What is there is written anew. */
    void fillVolumes(String podUid) throws IOException, AgentFailure {
        for (Path file : files()) {
            Optional<String> tree = volume(file.getFileName().toString());
            if (tree.isPresent()) {
                try (TreeWriter writer =
                        new TreeWriter(Map.of(tree.get(), tools.tree(podUid, tree.get())))) {
                    FrameSpool.replay(spool(tree.get()), writer);
                }
            }
        }
    }

    /** Makes what was written survive a power failure. */
    void syncVolumes(String podUid) throws IOException, AgentFailure {
        for (Path file : files()) {
            Optional<String> tree = volume(file.getFileName().toString());
            if (tree.isPresent()) {
                try (TreeWriter writer =
                        new TreeWriter(Map.of(tree.get(), tools.tree(podUid, tree.get())))) {
                    writer.sync();
                }
            }
        }
    }

    private static Optional<String> volume(String fileName) {
        String shm = TREE + TreeNames.SHM;
        String prefix = TREE + TreeNames.volume("").replace('/', '-');
        if (fileName.equals(shm)) {
            return Optional.of(TreeNames.SHM);
        }
        return fileName.startsWith(prefix)
                ? Optional.of(TreeNames.volume(fileName.substring(prefix.length())))
                : Optional.empty();
    }

    private List<Path> files() throws IOException {
        if (Files.notExists(disk())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(disk())) {
            return files.filter(
                            file -> {
                                String name = file.getFileName().toString();
                                return name.startsWith(TREE) || name.startsWith(LOG);
                            })
                    .toList();
        }
    }

    /** Takes memory and files away. They hold secrets, and the memory is needed. */
    void discard() throws IOException {
        try {
            tools.mounts().unmount(memory());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("The agent is stopping", e);
        }
        HostTree.delete(memory());
        tools.directories().removeRestoreRecord(restoreUid);
    }

    void unlink(String podUid) throws IOException {
        Files.deleteIfExists(tools.directories().restoresLink(podUid));
    }
}
