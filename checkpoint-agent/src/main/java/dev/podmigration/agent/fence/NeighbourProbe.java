package dev.podmigration.agent.fence;

import dev.podmigration.agent.linux.LinkEnd;
import dev.podmigration.agent.linux.MacAddress;
import dev.podmigration.agent.linux.PacketSocket;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Asks on a link who has an address. That the source pod's own MAC answers on the target node
 * proves that both nodes share a layer-2 segment, the only place where an address can simply be
 * answered from somewhere else. A router or proxy that speaks for the pod has another MAC or does
 * not answer such a question.
 */
public final class NeighbourProbe {
    /** Asked again that often: a question or an answer may be lost. */
    private static final Duration REPEAT = Duration.ofMillis(100);

    private NeighbourProbe() {}

    /**
     * Asks until the expected one answers or the time is over.
     *
     * @param expected the asking ends early when this one answers
     * @param from a bridge of the node, or an interface on the link
     * @param mac of {@code from}
     * @return all that answered within the limit; none if the address cannot be reached on the link
     */
    public static Set<MacAddress> whoHas(
            InetAddress address, MacAddress expected, LinkEnd from, MacAddress mac, Duration limit)
            throws IOException, InterruptedException {
        Set<MacAddress> answered = new LinkedHashSet<>();
        long end = System.nanoTime() + limit.toNanos();
        try (PacketSocket socket = PacketSocket.open(from, PacketSocket.Receive.ALL, false, 0)) {
            while (System.nanoTime() < end && !answered.contains(expected)) {
                socket.send(NeighbourFrames.question(mac, address));
                long next = Math.min(end, System.nanoTime() + REPEAT.toNanos());
                collect(socket, address, expected, next, answered);
            }
        }
        return answered;
    }

    private static void collect(
            PacketSocket socket,
            InetAddress address,
            MacAddress expected,
            long until,
            Set<MacAddress> answered)
            throws IOException {
        while (!answered.contains(expected)) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                return;
            }
            // Rounded up: a wait of 0 ms would spin.
            if (socket.await(Duration.ofMillis(left / 1_000_000 + 1))) {
                Optional<PacketSocket.Frame> frame = socket.receive();
                frame.flatMap(f -> NeighbourFrames.answer(f.bytes(), address))
                        .ifPresent(answered::add);
            }
        }
    }
}
