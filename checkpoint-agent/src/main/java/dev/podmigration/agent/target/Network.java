package dev.podmigration.agent.target;

import dev.podmigration.agent.address.Cidr;
import dev.podmigration.agent.address.KeptAddresses;
import dev.podmigration.agent.address.PodInterface;
import dev.podmigration.agent.fence.Announcer;
import dev.podmigration.agent.fence.FilterId;
import dev.podmigration.agent.fence.HeldFrames;
import dev.podmigration.agent.fence.PacketFilter;
import dev.podmigration.agent.fence.PreparedChange;
import dev.podmigration.agent.linux.NetworkNamespace;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The target pod's network between arming and resuming: it has the source's addresses, hears
 * everything, says nothing. Used by one thread at a time, but for {@link #abandon}, which the end
 * of the stream and a wish to cancel may call at once.
 */
final class Network implements RestoreFence, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Network.class);

    /** Frames are kept in the heap; a sender's windows bound what can arrive unanswered. */
    private static final long HELD_BYTES = 64L << 20;

    private final PacketFilter filter;
    private final KeptAddresses addresses;
    private final FilterId id;
    private final NetworkNamespace namespace;
    private final PodInterface link;
    private final List<InetAddress> kept = new ArrayList<>();
    private boolean abandoned;
    private @Nullable HeldFrames held;
    private @Nullable Announcer announcer;
    private @Nullable PreparedChange lift;
    private @Nullable PreparedChange unmute;

    Network(
            PacketFilter filter,
            KeptAddresses addresses,
            FilterId id,
            NetworkNamespace namespace,
            PodInterface link) {
        this.filter = filter;
        this.addresses = addresses;
        this.id = id;
        this.namespace = namespace;
        this.link = link;
    }

    static Network open(
            PacketFilter filter, KeptAddresses addresses, String podUid, Path networkNamespace)
            throws IOException, InterruptedException {
        NetworkNamespace namespace = NetworkNamespace.open(networkNamespace);
        return new Network(
                filter,
                addresses,
                new FilterId(podUid),
                namespace,
                PodInterface.discover(namespace));
    }

    /** Frames that arrive from now on are held; nothing of the stack answers. */
    synchronized void fence(List<String> keep) throws IOException, InterruptedException {
        if (abandoned) {
            throw new IOException("the pod was given up before it was fenced");
        }
        held = HeldFrames.start(link.podEnd(), link.nodeEnd(), HELD_BYTES);
        try (PreparedChange drop = filter.dropInput(id, namespace);
                PreparedChange mute = filter.mute(id, link.nodeEnd())) {
            drop.apply();
            mute.apply();
        }
        for (String address : keep) {
            addresses.add(link.podEnd(), address);
            kept.add(Cidr.parse(address).address());
        }
        announcer = Announcer.open(link.podEnd(), link.mac());
        // Started now, so that lifting is one write inside the freeze.
        lift = filter.lift(id, namespace);
        unmute = filter.lift(id, link.nodeEnd().namespace());
    }

    void announce() throws IOException {
        if (announcer != null) {
            announcer.announce(kept);
        }
    }

    @Override
    public void lift() throws IOException, InterruptedException {
        if (unmute != null && lift != null) {
            unmute.apply();
            lift.apply();
        }
        if (held != null) {
            // Right after the lift: what arrives now is delivered, and would be delivered twice.
            held.stop();
        }
    }

    /**
     * For an agent that comes up again and has only the names: hear and speak, nothing was held.
     */
    static void lift(PacketFilter filter, String podUid, Path networkNamespace)
            throws IOException, InterruptedException {
        FilterId id = new FilterId(podUid);
        try (NetworkNamespace pod = NetworkNamespace.open(networkNamespace);
                NetworkNamespace node = NetworkNamespace.ofThisProcess();
                PreparedChange unmute = filter.lift(id, node);
                PreparedChange lift = filter.lift(id, pod)) {
            unmute.apply();
            lift.apply();
        }
    }

    /** For an agent that comes up again: the pod does not answer on these addresses any more. */
    static void abandon(KeptAddresses addresses, Path networkNamespace, List<String> kept)
            throws IOException, InterruptedException {
        try (NetworkNamespace pod = NetworkNamespace.open(networkNamespace);
                PodInterface link = PodInterface.discover(pod)) {
            for (String address : kept) {
                addresses.remove(link.podEnd(), Cidr.parse(address).address());
            }
        }
    }

    @Override
    public int release() throws IOException, InterruptedException {
        HeldFrames frames = held;
        if (frames == null) {
            return 0;
        }
        HeldFrames.Report report = frames.resend();
        LOG.info("Held frames: {}", report);
        return report.sent();
    }

    /**
     * The source keeps its addresses; this pod is going to be deleted and stays silent until then.
     */
    @Override
    public synchronized void abandon() throws IOException, InterruptedException {
        abandoned = true;
        for (InetAddress address : kept) {
            addresses.remove(link.podEnd(), address);
        }
        kept.clear();
    }

    /**
     * Nothing is held or announced any more. What is open until then costs: the kernel hands every
     * frame of the pod to a socket that nobody reads.
     */
    void dismantle() throws IOException {
        PreparedChange lifting = lift;
        PreparedChange unmuting = unmute;
        Announcer announcing = announcer;
        HeldFrames holding = held;
        lift = null;
        unmute = null;
        announcer = null;
        held = null;
        if (lifting != null) {
            lifting.close();
        }
        if (unmuting != null) {
            unmuting.close();
        }
        if (announcing != null) {
            announcing.close();
        }
        if (holding != null) {
            holding.close();
        }
    }

    @Override
    public void close() throws IOException {
        dismantle();
        link.close();
        namespace.close();
    }
}
