package dev.podmigration.agent.janitor;

import dev.podmigration.agent.address.AddressReservation;
import dev.podmigration.agent.commit.ReceiverCommit;
import dev.podmigration.agent.commit.ReceiverRecord;
import dev.podmigration.agent.commit.SourceCommit;
import dev.podmigration.agent.commit.SourceRecord;
import dev.podmigration.agent.commit.TargetCommit;
import dev.podmigration.agent.commit.TargetRecord;
import dev.podmigration.agent.fence.PacketFilter;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.HostTree;
import dev.podmigration.agent.host.NodeDirectories;
import dev.podmigration.agent.host.TmpfsMounts;
import dev.podmigration.agent.runtime.ContainerRuntime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Everything but archives that this project keeps on a node, and who needs it. */
public final class NodeHoldings {

    private static final Pattern UID = Pattern.compile("[0-9a-f-]{1,64}");
    private static final Pattern CONTAINER = Pattern.compile("[0-9a-f]{64}");

    /** What the API server has. */
    public interface Cluster {
        /**
         * Uids of all PodCheckpoints and PodRestores, and of the pods of this node, finished ones
         * too.
         */
        Set<String> uids();
    }

    /**
     * What one look has found.
     *
     * @param unneeded a part of all
     */
    record Seen(List<Holding> all, List<Holding> unneeded) {
        Seen {
            all = List.copyOf(all);
            unneeded = List.copyOf(unneeded);
        }
    }

    private final ContainerRuntime runtime;
    private final SourceCommit sources;
    private final TargetCommit targets;
    private final ReceiverCommit receivers;
    private final Cluster cluster;
    private final List<Store> stores;

    public NodeHoldings(
            Host host,
            TmpfsMounts mounts,
            ContainerRuntime runtime,
            PacketFilter filter,
            AddressReservation reservations,
            SourceCommit sources,
            TargetCommit targets,
            ReceiverCommit receivers,
            Cluster cluster) {
        this.runtime = runtime;
        this.sources = sources;
        this.targets = targets;
        this.receivers = receivers;
        this.cluster = cluster;
        this.stores =
                List.of(
                        // First: what a record has needed can go at the next look.
                        new EndedRecords(runtime, sources, targets, receivers),
                        new DirectoryStore(
                                Holding.Kind.RESTORE_DIRECTORY,
                                host.path(NodeDirectories.STATE + "/restores"),
                                UID,
                                (uid, needs) -> needs.knows(uid),
                                entry -> removeMount(mounts, entry)),
                        new DirectoryStore(
                                Holding.Kind.RESTORE_FILES,
                                host.path(NodeDirectories.DATA + "/restores"),
                                UID,
                                (uid, needs) -> needs.knows(uid),
                                HostTree::delete),
                        new DirectoryStore(
                                Holding.Kind.DUMP_DIRECTORY,
                                host.path(NodeDirectories.STATE + "/dumps"),
                                CONTAINER,
                                (id, needs) -> needs.containers().contains(id),
                                HostTree::delete),
                        new DirectoryStore(
                                Holding.Kind.RESTORED_MARK,
                                host.path(NodeDirectories.STATE + "/restored"),
                                CONTAINER,
                                (id, needs) -> needs.containers().contains(id),
                                Files::deleteIfExists),
                        new DumpImages(host, mounts),
                        new ReservationStore(reservations),
                        new FenceStore(filter));
    }

    /** A link from a pod to what was received for it, or a directory with a file system on it. */
    private static void removeMount(TmpfsMounts mounts, Path entry)
            throws IOException, InterruptedException {
        if (Files.isSymbolicLink(entry)) {
            Files.delete(entry);
        } else {
            mounts.unmount(entry);
            HostTree.delete(entry);
        }
    }

    /**
     * What is there is listed before who needs it: what is made between the two is not listed, or
     * its record is found.
     */
    Seen look() throws IOException, InterruptedException {
        List<List<Holding>> listed = new ArrayList<>();
        for (Store store : stores) {
            listed.add(store.list());
        }
        if (listed.stream().allMatch(List::isEmpty)) {
            return new Seen(List.of(), List.of());
        }
        Needs needs = needs();
        List<Holding> unneeded = new ArrayList<>();
        for (int i = 0; i < stores.size(); i++) {
            for (Holding holding : listed.get(i)) {
                if (!stores.get(i).isNeeded(holding, needs)) {
                    unneeded.add(holding);
                }
            }
        }
        return new Seen(listed.stream().flatMap(List::stream).toList(), unneeded);
    }

    private Needs needs() throws IOException {
        Set<String> recorded = new HashSet<>();
        for (SourceRecord record : sources.all()) {
            recorded.addAll(List.of(record.name(), record.podUid()));
        }
        for (TargetRecord record : targets.all()) {
            recorded.addAll(List.of(record.restore().uid(), record.podUid()));
        }
        for (ReceiverRecord record : receivers.all()) {
            recorded.add(record.name());
            Optional.ofNullable(record.podUid()).ifPresent(recorded::add);
        }
        return new Needs(recorded, cluster.uids(), runtime.containerIds());
    }

    void remove(Holding holding) throws IOException, InterruptedException {
        for (Store store : stores) {
            if (store.kind() == holding.kind()) {
                store.remove(holding);
            }
        }
    }
}
