package dev.podmigration.agent.files;

import com.google.protobuf.ByteString;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.files.Comparison.Need;
import dev.podmigration.agent.files.Scanned.Absent;
import dev.podmigration.agent.files.Scanned.Present;
import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.FileStatus;
import dev.podmigration.agent.linux.OpenDirectory;
import dev.podmigration.agent.linux.OpenFile;
import dev.podmigration.agent.wire.FileEntry;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One round of one tree: sends what the target needs of what a scan has found. Used once. */
final class TreeRound {
    /**
     * The kernel stamps changes with the time of its last tick: at most 10 ms ago (CONFIG_HZ is 100
     * or more).
     */
    private static final Duration TWO_TICKS = Duration.ofMillis(20);

    private final Tree tree;
    private final Snapshot before;
    private final Round round;
    private final Instant settledBefore;
    private final FrameBatch out;
    private final DirectoryCursor directories;
    private final FileReader reader = new FileReader();
    private final Comparison comparison;
    private final Map<TreePath, Known> after = new LinkedHashMap<>();

    /** A name under which the target has, or will have, a file with several. */
    private final Map<FileIdentity, TreePath> linked = new HashMap<>();

    TreeRound(
            Tree tree,
            OpenDirectory content,
            Snapshot before,
            Set<FileIdentity> mapped,
            Round round,
            Instant begun,
            FrameBatch out)
            throws ErrnoException {
        this.tree = tree;
        this.before = before;
        this.round = round;
        this.settledBefore = begun.minus(TWO_TICKS);
        this.out = out;
        this.directories = new DirectoryCursor(content);
        this.comparison =
                new Comparison(before, mapped, round, content.isInMemory(), directories, reader);
    }

    Snapshot send(List<Scanned> found) throws IOException, AgentFailure {
        try (directories) {
            sendRemovals(found);
            Map<Present, Need> needs = compare(found);
            for (Map.Entry<Present, Need> need : needs.entrySet()) {
                send(need.getKey(), need.getValue());
            }
            TreeTotals totals = out.totals();
            out.add(FileRecords.end(totals));
            out.flush();
            return new Snapshot(after, totals);
        }
    }

    /** Removals come first: what replaces a removed file must not be removed with it. */
    private void sendRemovals(List<Scanned> found) throws IOException {
        Set<TreePath> seen = new HashSet<>();
        Set<TreePath> removed = new HashSet<>();
        for (Scanned scanned : found) {
            seen.add(scanned.path());
            if (scanned instanceof Absent absent) {
                after.put(absent.path(), new Known.Removed());
                removed.add(absent.path());
                if (!(before.files().get(absent.path()) instanceof Known.Removed)) {
                    out.add(FileRecords.removed(absent.path()));
                }
            }
        }
        for (TreePath path : before.files().keySet()) {
            if (!seen.contains(path)) {
                removed.add(path);
                if (!removed.contains(path.parent())) {
                    out.add(FileRecords.removed(path));
                }
            }
        }
    }

    private Map<Present, Need> compare(List<Scanned> found) throws IOException, AgentFailure {
        Map<Present, Need> needs = new LinkedHashMap<>();
        for (Scanned scanned : found) {
            if (scanned instanceof Present present) {
                Need need;
                try {
                    need = comparison.of(present);
                } catch (ErrnoException e) {
                    throw failure(present.path(), e);
                }
                needs.put(present, need);
                boolean contentIsThere = need == Need.NOTHING || need == Need.METADATA;
                if (contentIsThere && present.mayBeLinked()) {
                    linked.putIfAbsent(present.identity(), present.path());
                }
            }
        }
        return needs;
    }

    private void send(Present file, Need need) throws IOException, AgentFailure {
        Known known = before.files().get(file.path());
        if (need == Need.NOTHING && known != null) {
            after.put(file.path(), known);
            return;
        }
        try {
            sendNow(file, need);
        } catch (ErrnoException e) {
            if (round == Round.STOPPED || !Vanished.is(e)) {
                throw failure(file.path(), e);
            }
            // The target may have an older or a half sent one: remembered, so that the next round
            // sends or removes it.
            remember(file, file.status(), false, 0);
        }
    }

    private void sendNow(Present file, Need need) throws IOException, AgentFailure {
        if (need == Need.METADATA) {
            out.add(FileRecords.of(entry(file).setContentKept(true)));
            remember(file, file.status(), true, contentSum(file.path()));
            return;
        }
        if (file.mayBeLinked()) {
            TreePath existing = linked.get(file.identity());
            if (existing != null) {
                out.add(FileRecords.hardLink(file.path(), existing));
                remember(file, file.status(), true, contentSum(existing));
                return;
            }
        }
        switch (file.status().type()) {
            case REGULAR -> sendRegular(file);
            case DIRECTORY ->
                    out.add(FileRecords.of(entry(file).setEmptied(need == Need.ALL_ANEW)));
            case SYMBOLIC_LINK -> sendLink(file);
            case CHARACTER_DEVICE, BLOCK_DEVICE -> {
                FileStatus.Device device = file.status().special();
                out.add(
                        FileRecords.of(
                                entry(file)
                                        .setDeviceMajor(device.major())
                                        .setDeviceMinor(device.minor())));
            }
            case FIFO, SOCKET -> out.add(FileRecords.of(entry(file)));
        }
        if (!file.is(FileStatus.Type.REGULAR) && !file.is(FileStatus.Type.SYMBOLIC_LINK)) {
            remember(file, file.status(), true, 0);
        }
    }

    private void sendLink(Present file) throws IOException, AgentFailure {
        Optional<byte[]> target = directories.at(file.path().parent()).readLink(file.path().name());
        if (target.isEmpty()) {
            becameAnother(file, "symbolic link");
            return;
        }
        out.add(FileRecords.of(entry(file).setLinkTarget(ByteString.copyFrom(target.get()))));
        remember(file, file.status(), true, 0);
    }

    private void sendRegular(Present file) throws IOException, AgentFailure {
        OpenDirectory directory = directories.at(file.path().parent());
        try (OpenFile open = directory.read(file.path().name())) {
            FileStatus status = open.status();
            if (status.type() != FileStatus.Type.REGULAR) {
                becameAnother(file, "regular file");
                return;
            }
            FileReader.Content content = reader.send(directory, open, status, file.path(), out);
            FileStatus afterwards = open.status();
            boolean same =
                    status.size() == afterwards.size()
                            && status.changed().equals(afterwards.changed());
            if (!same && round == Round.STOPPED) {
                throw failure(file.path(), new IOException("it changed while it was read"));
            }
            remember(file, status, same, content.sum());
        }
    }

    private FileEntry.Builder entry(Present file) throws ErrnoException {
        OpenDirectory directory =
                directories.at(file.path().isRoot() ? TreePath.ROOT : file.path().parent());
        return FileRecords.entry(
                file.path(),
                file.status(),
                file.path().isRoot() ? directory.path() : directory.path(file.path().name()));
    }

    /** While the pod works, the next round sees what took the file's place. */
    private void becameAnother(Present file, String before) throws AgentFailure {
        if (round == Round.STOPPED) {
            throw failure(file.path(), new IOException("it is not a " + before + " any more"));
        }
        remember(file, file.status(), false, 0);
    }

    private long contentSum(TreePath path) {
        Known known = after.getOrDefault(path, before.files().get(path));
        return known instanceof Known.Sent sent ? sent.contentSum() : 0;
    }

    private void remember(Present file, FileStatus status, boolean complete, long contentSum) {
        boolean settled = complete && status.changed().isBefore(settledBefore);
        after.put(file.path(), Known.Sent.of(status, settled, file.whole(), contentSum));
        if (complete && file.mayBeLinked() && file.identity().equals(FileIdentity.of(status))) {
            linked.putIfAbsent(file.identity(), file.path());
        }
    }

    private AgentFailure failure(TreePath path, IOException cause) {
        return new AgentFailure(
                FailureReason.CheckpointFailed,
                "Cannot read " + path + " of " + tree.name() + ": " + cause.getMessage(),
                cause);
    }
}
