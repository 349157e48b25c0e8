package dev.podmigration.agent.fence;

import dev.podmigration.agent.linux.LinkEnd;
import dev.podmigration.agent.linux.MacAddress;
import dev.podmigration.agent.linux.PacketSocket;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Collection;

/**
 * Makes neighbours and bridges send an address' frames to a pod: gratuitous ARP request and reply,
 * or an unsolicited IPv6 neighbour advertisement. Opened before the freeze; announcing takes
 * microseconds and may be repeated.
 */
public final class Announcer implements AutoCloseable {
    private final PacketSocket socket;
    private final MacAddress mac;

    private Announcer(PacketSocket socket, MacAddress mac) {
        this.socket = socket;
        this.mac = mac;
    }

    /**
     * Opens the way out.
     *
     * @param mac of the pod's end
     */
    public static Announcer open(LinkEnd podEnd, MacAddress mac)
            throws IOException, InterruptedException {
        return new Announcer(
                PacketSocket.open(podEnd, PacketSocket.Receive.NOTHING, false, 0), mac);
    }

    public void announce(Collection<InetAddress> addresses) throws IOException {
        for (InetAddress address : addresses) {
            for (byte[] frame : NeighbourFrames.announcement(mac, address)) {
                socket.send(frame);
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
