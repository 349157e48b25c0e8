package dev.podmigration.agent.archive;

import dev.podmigration.agent.commit.ObjectKey;
import dev.podmigration.agent.commit.RecordStore;
import dev.podmigration.agent.host.Host;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The archives of this node that this project has asked for, on a record, so that those of others
 * in the same directory are never touched. Thread-safe.
 */
public final class ArchiveShelf {

    private static final Logger LOG = LoggerFactory.getLogger(ArchiveShelf.class);

    /** As the kubelet names them (pkg/kubelet, CheckpointContainer); nothing else is deleted. */
    private static final Pattern NAME = Pattern.compile("checkpoint-[^/]+\\.tar");

    private final Host host;
    private final RecordStore<ArchiveRecord> records;
    private final Clock clock;

    private ArchiveShelf(Host host, RecordStore<ArchiveRecord> records, Clock clock) {
        this.host = host;
        this.records = records;
        this.clock = clock;
    }

    /**
     * The archives on record.
     *
     * @param directory of the records
     */
    public static ArchiveShelf open(Host host, Path directory, Clock clock) throws IOException {
        return new ArchiveShelf(host, new RecordStore<>(directory, ArchiveRecord.class), clock);
    }

    /** Notes an archive that the kubelet has just written, and makes it root's alone. */
    public synchronized void add(ObjectKey checkpoint, String file) throws IOException {
        ArchiveRecord record =
                records.read(checkpoint.uid())
                        .orElseGet(() -> new ArchiveRecord(checkpoint, List.of(), clock.instant()));
        records.write(checkpoint.uid(), record.with(file, clock.instant()));
        Files.setPosixFilePermissions(
                host.path(file), PosixFilePermissions.fromString("rw-------"));
    }

    /** Those that are there. One that somebody else took away is forgotten. */
    public synchronized List<Archive> all() throws IOException {
        List<Archive> all = new ArrayList<>();
        for (String uid : records.names()) {
            Optional<ArchiveRecord> found = records.read(uid);
            if (found.isPresent()) {
                for (String file : found.get().files()) {
                    Path path = host.pathWithoutLastLink(file);
                    if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                        all.add(
                                new Archive(
                                        found.get().checkpoint(),
                                        file,
                                        found.get().takenAt(),
                                        Files.size(path)));
                    } else {
                        forget(uid, file);
                    }
                }
            }
        }
        return all;
    }

    /** Deletes an archive, if it is there. */
    public synchronized void remove(Archive archive) throws IOException {
        Path path = host.pathWithoutLastLink(archive.file());
        if (!NAME.matcher(path.getFileName().toString()).matches()) {
            throw new IOException("Not an archive of the kubelet: " + archive.file());
        }
        Files.deleteIfExists(path);
        forget(archive.checkpoint().uid(), archive.file());
        LOG.info("Archive {} of {} was removed", archive.file(), archive.checkpoint());
    }

    /** Deletes what a PodCheckpoint has, because the rest of it could not be taken. */
    public synchronized void discard(ObjectKey checkpoint) throws IOException {
        for (Archive archive : all()) {
            if (archive.checkpoint().uid().equals(checkpoint.uid())) {
                remove(archive);
            }
        }
    }

    private void forget(String uid, String file) throws IOException {
        Optional<ArchiveRecord> record = records.read(uid).map(found -> found.without(file));
        if (record.isPresent() && record.get().files().isEmpty()) {
            records.delete(uid);
        } else if (record.isPresent()) {
            records.write(uid, record.get());
        }
    }
}
