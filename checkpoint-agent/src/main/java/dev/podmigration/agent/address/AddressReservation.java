package dev.podmigration.agent.address;

import dev.podmigration.agent.linux.Durability;
import dev.podmigration.agent.linux.FileMutex;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Keeps an address of the source node from being given to another pod after its own pod is deleted.
 *
 * <p>The CNI plugin {@code host-local} has a file per address, {@code NETWORK/ADDRESS}, that holds
 * the id of the pod's sandbox and the interface, separated by CR LF; when the sandbox goes it
 * removes the files with exactly this content, and it gives out no address that has a file
 * (containernetworking/plugins, plugins/ipam/host-local/backend/disk). So a line of ours in front
 * makes the reservation survive, and what stands behind it gives it back, even after a crash. Its
 * own lock is held meanwhile.
 */
public final class AddressReservation {
    private static final String MARK = "podmigration ";
    private static final String LINE_BREAK = "\r\n";
    private static final String LOCK = "lock";
    private static final Pattern OWNER = Pattern.compile("[A-Za-z0-9._-]{1,253}");

    /** An allocation holds it for milliseconds. */
    private static final Duration LOCK_LIMIT = Duration.ofSeconds(5);

    private final Path networks;

    /**
     * The reservations of one node.
     *
     * @param networks the plugin's data directory, usually {@code /var/lib/cni/networks}, with a
     *     directory per network
     */
    public AddressReservation(Path networks) {
        this.networks = networks;
    }

    /**
     * Takes over the reservation of a pod that will be deleted. Nothing happens if it is ours
     * already.
     *
     * @param owner who will release it, usually the uid of the PodCheckpoint
     * @param sandbox whom it must belong to now
     * @return false if there is no such reservation: another kind of address management, or it
     *     belongs to somebody else
     */
    public boolean take(InetAddress address, String sandbox, String owner)
            throws IOException, InterruptedException {
        return change(
                address,
                (file, content) -> {
                    if (isOf(owner, content)) {
                        return true;
                    }
                    if (!content.lines().findFirst().orElse("").strip().equals(sandbox)) {
                        return false;
                    }
                    replace(file, mark(owner, content));
                    return true;
                });
    }

    /**
     * Undoes {@link #take}: the reservation is the sandbox's again. False if it is not this
     * owner's.
     */
    public boolean giveBack(InetAddress address, String owner)
            throws IOException, InterruptedException {
        return change(
                address,
                (file, content) -> {
                    if (!isOf(owner, content)) {
                        return false;
                    }
                    replace(file, original(content).orElseThrow());
                    return true;
                });
    }

    /** The address may be given to another pod. False if it is not this owner's. */
    public boolean release(InetAddress address, String owner)
            throws IOException, InterruptedException {
        return change(
                address,
                (file, content) -> {
                    if (!isOf(owner, content)) {
                        return false;
                    }
                    Files.delete(file);
                    return true;
                });
    }

    /** All addresses that this owner has taken, in every network. */
    public List<InetAddress> takenBy(String owner) throws IOException {
        List<InetAddress> taken = new ArrayList<>();
        for (Path network : networkDirectories()) {
            try (DirectoryStream<Path> files =
                    Files.newDirectoryStream(network, Files::isRegularFile)) {
                for (Path file : files) {
                    Optional<InetAddress> address = address(file);
                    if (address.isPresent() && isOf(owner, Files.readString(file))) {
                        taken.add(address.get());
                    }
                }
            }
        }
        return taken;
    }

    /** Everybody who has taken an address, in every network. */
    public Set<String> owners() throws IOException {
        Set<String> owners = new TreeSet<>();
        for (Path network : networkDirectories()) {
            try (DirectoryStream<Path> files =
                    Files.newDirectoryStream(network, Files::isRegularFile)) {
                for (Path file : files) {
                    if (address(file).isPresent()) {
                        owner(Files.readString(file)).ifPresent(owners::add);
                    }
                }
            }
        }
        return owners;
    }

    private static Optional<String> owner(String content) {
        int end = content.indexOf(LINE_BREAK);
        return content.startsWith(MARK) && end > 0
                ? Optional.of(content.substring(MARK.length(), end))
                : Optional.empty();
    }

    private interface Change {
        boolean make(Path file, String content) throws IOException;
    }

    private boolean change(InetAddress address, Change change)
            throws IOException, InterruptedException {
        for (Path network : networkDirectories()) {
            try (FileMutex _ = FileMutex.lock(network.resolve(LOCK), LOCK_LIMIT)) {
                Optional<Path> file = find(network, address);
                if (file.isPresent() && change.make(file.get(), Files.readString(file.get()))) {
                    Durability.sync(network);
                    return true;
                }
            }
        }
        return false;
    }

    private List<Path> networkDirectories() throws IOException {
        if (!Files.isDirectory(networks)) {
            return List.of();
        }
        List<Path> directories = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(networks, Files::isDirectory)) {
            found.forEach(directories::add);
        }
        return directories;
    }

    /** By value, not by name: Java and Go do not shorten IPv6 addresses alike. */
    private static Optional<Path> find(Path network, InetAddress address) throws IOException {
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(network, Files::isRegularFile)) {
            for (Path file : files) {
                if (address(file).filter(address::equals).isPresent()) {
                    return Optional.of(file);
                }
            }
        }
        return Optional.empty();
    }

    /** Empty for the lock and the notes of the last address given out. */
    private static Optional<InetAddress> address(Path file) {
        try {
            return Optional.of(InetAddress.ofLiteral(file.getFileName().toString()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String mark(String owner, String original) {
        if (!OWNER.matcher(owner).matches()) {
            throw new IllegalArgumentException("not an owner's name: " + owner);
        }
        return MARK + owner + LINE_BREAK + original;
    }

    private static boolean isOf(String owner, String content) {
        return content.startsWith(mark(owner, ""));
    }

    /** What stood in a file before it was taken; empty for one that is not taken. */
    private static Optional<String> original(String content) {
        int end = content.indexOf(LINE_BREAK);
        return content.startsWith(MARK) && end > 0
                ? Optional.of(content.substring(end + LINE_BREAK.length()))
                : Optional.empty();
    }

    /** By renaming, so that after a crash the file has one content or the other. */
    private static void replace(Path file, String content) throws IOException {
        Path next = file.resolveSibling("podmigration.new");
        Files.writeString(next, content, StandardCharsets.UTF_8);
        Files.setPosixFilePermissions(next, Files.getPosixFilePermissions(file));
        Durability.sync(next);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
