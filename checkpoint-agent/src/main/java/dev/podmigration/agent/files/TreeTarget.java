package dev.podmigration.agent.files;

import com.google.protobuf.ByteString;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.FileStatus;
import dev.podmigration.agent.linux.FileStatus.Device;
import dev.podmigration.agent.linux.OpenDirectory;
import dev.podmigration.agent.linux.SpecialFiles;
import dev.podmigration.agent.wire.FileEntry;
import dev.podmigration.agent.wire.FileRecord;
import dev.podmigration.agent.wire.HardLink;
import dev.podmigration.agent.wire.TreeEnd;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One tree on the target. Applies records in their order; what it makes it makes anew, so that
 * nothing that is there already (a link, a file with other names, a FIFO) is ever written through.
 */
final class TreeTarget implements AutoCloseable {
    private static final int PERMISSIONS_FOR_OWNER = 0600;

    private final TargetTree tree;
    private final OpenDirectory root;
    private final Exclusions exclusions;
    private final DirectoryCursor directories;
    private final Remover remover;
    private final ByteBuffer buffer;
    private final PendingDirectories pending = new PendingDirectories();
    private @Nullable IncomingFile incoming;
    private TreeTotals applied = TreeTotals.NONE;

    TreeTarget(TargetTree tree, ByteBuffer buffer) throws ErrnoException {
        this.tree = tree;
        this.buffer = buffer;
        this.root = OpenDirectory.open(tree.root());
        this.exclusions = Exclusions.resolve(root, tree.excluded());
        this.directories = new DirectoryCursor(root);
        this.remover = new Remover(root, exclusions);
    }

    /** The totals if the record ended the round, else nothing. */
    Optional<TreeTotals> apply(FileRecord record) throws IOException, AgentFailure {
        boolean belongsToFile = record.hasData() || record.hasEnd();
        if (belongsToFile != (incoming != null)) {
            throw Malformed.record(belongsToFile ? "data without a file" : "a file without an end");
        }
        switch (record.getRecordCase()) {
            case REMOVED -> remove(path(record.getRemoved()));
            case ENTRY -> make(record.getEntry());
            case DATA -> incoming().write(record.getData());
            case END -> finish(record);
            case HARD_LINK -> link(record.getHardLink());
            case TREE_END -> {
                return Optional.of(end(record.getTreeEnd()));
            }
            case RECORD_NOT_SET -> throw Malformed.record("of an unknown kind");
        }
        applied = applied.plus(new TreeTotals(1, record.getData().getContent().size()));
        return Optional.empty();
    }

    private void remove(TreePath path) throws ErrnoException, AgentFailure {
        OpenDirectory parent;
        try {
            parent = parent(path);
        } catch (ErrnoException e) {
            if (Vanished.is(e)) {
                return; // the directory is not there, so the file is not
            }
            throw e;
        }
        remove(parent, path);
    }

    private void remove(OpenDirectory parent, TreePath path) throws ErrnoException {
        Optional<FileStatus> status = parent.status(path.name());
        remover.remove(parent, path);
        if (status.isPresent() && status.get().type() == FileStatus.Type.DIRECTORY) {
            directories.close();
        }
    }

    private void make(FileEntry entry) throws IOException, AgentFailure {
        FileAttributes.check(entry);
        TreePath path = path(entry.getPath());
        int type = entry.getMode() & FileAttributes.TYPE_MASK;
        if (type == 0x4000) {
            makeDirectory(path, entry);
            return;
        }
        OpenDirectory parent = parent(path);
        byte[] name = path.name();
        if (entry.getContentKept()) {
            applyMetadata(parent, path, entry);
            return;
        }
        remove(parent, path);
        parent = directories.at(path.parent());
        switch (type) {
            case 0x8000 -> {
                incoming = new IncomingFile(path, entry, parent.create(name), buffer);
                return;
            }
            case FileAttributes.SYMBOLIC_LINK ->
                    parent.makeSymbolicLink(name, entry.getLinkTarget().toByteArray());
            case 0x1000 -> SpecialFiles.createFifo(parent.path(name), PERMISSIONS_FOR_OWNER);
            case 0xc000 -> SpecialFiles.createSocket(parent.path(name), PERMISSIONS_FOR_OWNER);
            case 0x2000 ->
                    SpecialFiles.createCharacterDevice(
                            parent.path(name), PERMISSIONS_FOR_OWNER, allowed(path, entry));
            case 0x6000 ->
                    SpecialFiles.createBlockDevice(
                            parent.path(name), PERMISSIONS_FOR_OWNER, allowed(path, entry));
            default -> throw Malformed.record("mode 0%o of %s".formatted(entry.getMode(), path));
        }
        FileAttributes.apply(parent.path(name), entry);
    }

    private void makeDirectory(TreePath path, FileEntry entry) throws ErrnoException, AgentFailure {
        if (!path.isRoot()) {
            OpenDirectory parent = parent(path);
            byte[] name = path.name();
            Optional<FileStatus> present = parent.status(name);
            if (present.isEmpty() || present.get().type() != FileStatus.Type.DIRECTORY) {
                remover.remove(parent, path);
                parent.makeDirectory(name);
            }
        }
        if (entry.getEmptied()) {
            directories.close();
            remover.empty(path);
        }
        pending.describe(path, entry);
    }

    private void applyMetadata(OpenDirectory parent, TreePath path, FileEntry entry)
            throws ErrnoException, AgentFailure {
        Optional<FileStatus> present = parent.status(path.name());
        if (present.isEmpty() || present.get().mode() >> 12 != entry.getMode() >> 12) {
            throw Malformed.record("new metadata of " + path + ", which is not there");
        }
        FileAttributes.apply(parent.path(path.name()), entry);
    }

    /** Overlayfs marks a removed file by the device 0:0, which opens nothing. */
    private Device allowed(TreePath path, FileEntry entry) throws AgentFailure {
        Device device = new Device(entry.getDeviceMajor(), entry.getDeviceMinor());
        boolean whiteout =
                (entry.getMode() & FileAttributes.TYPE_MASK) == 0x2000
                        && device.major() == 0
                        && device.minor() == 0;
        if (!whiteout && !tree.devicesAllowed()) {
            throw new AgentFailure(
                    FailureReason.DeviceInUse,
                    "The file %s is a device (%d:%d); devices are not created on the target"
                            .formatted(path, device.major(), device.minor()));
        }
        return device;
    }

    private void finish(FileRecord record) throws IOException, AgentFailure {
        try (IncomingFile file = incoming()) {
            incoming = null;
            file.finish(record.getEnd());
            OpenDirectory parent = directories.at(file.path().parent());
            FileAttributes.apply(parent.path(file.path().name()), file.entry());
        }
    }

    private void link(HardLink link) throws IOException, AgentFailure {
        TreePath path = path(link.getPath());
        TreePath existing = path(link.getExisting());
        if (path.isRoot() || existing.isRoot() || path.equals(existing)) {
            throw Malformed.record("a hard link from " + existing + " to " + path);
        }
        remove(parent(path), path);
        try (OpenDirectory from = root.directory(existing.parent().bytes())) {
            directories.at(path.parent()).makeHardLink(path.name(), from, existing.name());
        }
    }

    private TreeTotals end(TreeEnd end) throws IOException, AgentFailure {
        TreeTotals expected = new TreeTotals(end.getRecords(), end.getDataBytes());
        TreeTotals arrived = applied;
        applied = TreeTotals.NONE;
        if (!arrived.equals(expected)) {
            throw new AgentFailure(
                    FailureReason.ChecksumMismatch,
                    "Files: " + expected + " were sent, " + arrived + " arrived");
        }
        directories.close();
        pending.apply(root);
        return arrived;
    }

    private IncomingFile incoming() throws AgentFailure {
        IncomingFile file = incoming;
        if (file == null) {
            throw Malformed.record("data without a file");
        }
        return file;
    }

    /** Opens the directory that is about to be changed. */
    private OpenDirectory parent(TreePath path) throws ErrnoException, AgentFailure {
        if (path.isRoot()) {
            throw Malformed.record("the root of a tree can only be a directory");
        }
        OpenDirectory parent = directories.at(path.parent());
        pending.touch(path.parent(), parent);
        return parent;
    }

    private TreePath path(ByteString wire) throws AgentFailure {
        TreePath path;
        try {
            path = TreePath.of(wire);
        } catch (IllegalArgumentException e) {
            throw Malformed.record(e.getMessage());
        }
        if (exclusions.covers(path)) {
            throw Malformed.record(path + " belongs to a mount");
        }
        return path;
    }

    void sync() throws ErrnoException {
        root.syncFileSystem();
    }

    @Override
    public void close() throws IOException {
        try (root;
                directories) {
            if (incoming != null) {
                incoming.close();
            }
        }
    }
}
