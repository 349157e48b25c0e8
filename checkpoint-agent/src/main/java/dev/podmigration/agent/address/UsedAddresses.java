package dev.podmigration.agent.address;

import dev.podmigration.agent.address.SocketEntry.Protocol;
import dev.podmigration.agent.address.SocketEntry.State;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The sockets of a pod's network namespace and the addresses that they hold on to. */
public record UsedAddresses(List<SocketEntry> sockets) {
    private static final Map<String, Protocol> FILES =
            new TreeMap<>(
                    Map.of(
                            "tcp", Protocol.TCP,
                            "tcp6", Protocol.TCP,
                            "udp", Protocol.UDP,
                            "udp6", Protocol.UDP,
                            "raw", Protocol.RAW,
                            "raw6", Protocol.RAW));
    private static final Pattern SPACES = Pattern.compile(" +");

    public UsedAddresses {
        sockets = List.copyOf(sockets);
    }

    /**
     * Reads the sockets of the namespace of a process, whichever process they belong to.
     *
     * @param process for example {@code /proc/4711}
     */
    public static UsedAddresses read(Path process) throws IOException {
        List<SocketEntry> sockets = new ArrayList<>();
        for (Map.Entry<String, Protocol> file : FILES.entrySet()) {
            Path path = process.resolve("net").resolve(file.getKey());
            if (Files.exists(path)) { // those of IPv6 are missing on a node without it
                sockets.addAll(parse(file.getValue(), Files.readAllLines(path)));
            }
        }
        return new UsedAddresses(sockets);
    }

    /** Reads the lines of one file; the first is a heading. */
    static List<SocketEntry> parse(Protocol protocol, List<String> lines) {
        return lines.stream()
                .skip(1)
                .filter(line -> !line.isBlank())
                .map(line -> entry(protocol, SPACES.split(line.strip(), 5)))
                .toList();
    }

    /** Number, local address, remote address, state. */
    private static SocketEntry entry(Protocol protocol, String[] fields) {
        return new SocketEntry(
                protocol,
                address(fields[1]),
                port(fields[1]),
                address(fields[2]),
                port(fields[2]),
                State.of(HexFormat.fromHexDigits(fields[3])));
    }

    /**
     * The kernel prints each four bytes, which are in network order, as one number of the machine.
     */
    private static InetAddress address(String field) {
        byte[] printed = HexFormat.of().parseHex(field, 0, field.indexOf(':'));
        ByteBuffer address = ByteBuffer.allocate(printed.length).order(ByteOrder.nativeOrder());
        ByteBuffer numbers = ByteBuffer.wrap(printed);
        while (numbers.hasRemaining()) {
            address.putInt(numbers.getInt());
        }
        try {
            return InetAddress.getByAddress(address.array());
        } catch (UnknownHostException e) {
            throw new UncheckedIOException("not an address: " + field, e);
        }
    }

    private static int port(String field) {
        return HexFormat.fromHexDigits(field, field.indexOf(':') + 1, field.length());
    }

    /**
     * The addresses without which some socket could not be restored; loopback is everywhere and not
     * among them.
     */
    public Set<InetAddress> needed() {
        return sockets.stream()
                .filter(SocketEntry::needsAddress)
                .map(SocketEntry::local)
                .filter(address -> !address.isLoopbackAddress())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** How many sockets of a protocol are bound to or connected from the address, by state. */
    public Map<State, Integer> count(Protocol protocol, InetAddress local) {
        Map<State, Integer> counts = new EnumMap<>(State.class);
        for (SocketEntry socket : sockets) {
            if (socket.protocol() == protocol && socket.local().equals(local)) {
                counts.merge(socket.state(), 1, Integer::sum);
            }
        }
        return counts;
    }

    /** How many sockets of a protocol are in the state, on whatever address. */
    public int count(Protocol protocol, State state) {
        return (int)
                sockets.stream()
                        .filter(socket -> socket.protocol() == protocol && socket.state() == state)
                        .count();
    }
}
