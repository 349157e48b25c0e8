package dev.podmigration.agent.fence;

import dev.podmigration.agent.linux.LinkEnd;
import dev.podmigration.agent.linux.MacAddress;
import dev.podmigration.agent.linux.NetworkNamespace;
import dev.podmigration.agent.linux.RouteNetlink;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Goes through a whole fence once, in a namespace of its own where nobody notices. It proves on
 * this node what a migration will need, and the first migration's freeze does not pay for loading
 * it all (more than 100 ms).
 */
public final class FenceRehearsal {
    private static final FilterId ID = new FilterId("rehearsal");
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final long LIMIT_BYTES = 1 << 20;

    private FenceRehearsal() {}

    /**
     * Rehearses. Takes up to a second.
     *
     * @throws FilterException what the kernel lacks
     * @throws IOException what else does not work
     */
    public static void run(PacketFilter filter) throws IOException, InterruptedException {
        try (NetworkNamespace namespace = NetworkNamespace.create()) {
            LinkEnd loopback = new LinkEnd(namespace, "lo");
            try (RouteNetlink netlink = RouteNetlink.open(namespace)) {
                netlink.switchOn(loopback.index());
            }
            filter.prove(namespace);
            try (PreparedChange drop = filter.dropInput(ID, namespace);
                    PreparedChange silence = filter.silence(ID, loopback);
                    PreparedChange mute = filter.mute(ID, loopback);
                    PreparedChange lift = filter.lift(ID, namespace)) {
                drop.apply();
                silence.apply();
                mute.apply();
                lift.apply();
            }
            try (Announcer announcer = Announcer.open(loopback, MacAddress.NONE)) {
                announcer.announce(List.of(LOOPBACK, InetAddress.ofLiteral("::1")));
            }
            hold(loopback);
        }
    }

    private static void hold(LinkEnd loopback) throws IOException, InterruptedException {
        // The kernel delivers no frame from 127.0.0.1 that did not come from its own stack: that
        // the frame
        // is taken back is all that a loopback interface can show.
        try (HeldFrames held = HeldFrames.start(loopback, loopback, LIMIT_BYTES);
                DatagramSocket receiver =
                        loopback.namespace()
                                .call(
                                        () ->
                                                new DatagramSocket(
                                                        new InetSocketAddress(LOOPBACK, 0)));
                DatagramSocket sender = loopback.namespace().call(() -> new DatagramSocket())) {
            sender.send(new DatagramPacket(new byte[1], 1, receiver.getLocalSocketAddress()));
            held.stop();
            HeldFrames.Report report = held.resend();
            if (report.sent() != 1) {
                throw new IOException("one frame was to be held and sent again, not " + report);
            }
        }
    }
}
