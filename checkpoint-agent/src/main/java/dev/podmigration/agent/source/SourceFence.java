package dev.podmigration.agent.source;

import dev.podmigration.agent.address.Cidr;
import dev.podmigration.agent.address.PodInterface;
import dev.podmigration.agent.commit.SourceRecord;
import dev.podmigration.agent.fence.Announcer;
import dev.podmigration.agent.fence.FilterId;
import dev.podmigration.agent.fence.PacketFilter;
import dev.podmigration.agent.fence.PreparedChange;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.LinkEnd;
import dev.podmigration.agent.linux.LinkWatch;
import dev.podmigration.agent.linux.NetworkNamespace;
import dev.podmigration.agent.runtime.PodOnNode;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Takes the fence away from a source: after a roll back so that it speaks again, or when its pod is
 * gone. Thread-safe.
 */
final class SourceFence {

    private static final Logger LOG = LoggerFactory.getLogger(SourceFence.class);

    /** The kernel tells when an interface goes; this is for the case that it could not. */
    private static final Duration LOOK = Duration.ofMinutes(1);

    interface Opening {
        NetworkNamespace open() throws IOException;
    }

    private final PacketFilter filter;
    private final Host host;
    private final Opening node;
    private final Set<String> waiting = ConcurrentHashMap.newKeySet();
    private final Map<String, Runnable> toTell = new ConcurrentHashMap<>();

    SourceFence(PacketFilter filter, Host host) {
        this(filter, host, NetworkNamespace::ofThisProcess);
    }

    /**
     * @param node opens the node's network namespace
     */
    SourceFence(PacketFilter filter, Host host, Opening node) {
        this.filter = filter;
        this.host = host;
        this.node = node;
    }

    /** The pod hears and speaks again, and its neighbours know where it is. */
    void lift(SourceRecord record, Optional<PodOnNode> pod)
            throws IOException, InterruptedException {
        try (NetworkNamespace namespace = node.open()) {
            lift(record, namespace);
            Optional<String> ofPod = pod.flatMap(PodOnNode::networkNamespace);
            if (ofPod.isPresent()) {
                announce(record, ofPod.get(), namespace);
            }
        }
    }

    private void announce(SourceRecord record, String ofPod, NetworkNamespace ofNode)
            throws IOException, InterruptedException {
        try (NetworkNamespace namespace = NetworkNamespace.open(host.path(ofPod));
                PodInterface link = PodInterface.discover(namespace);
                Announcer announcer = Announcer.open(link.podEnd(), link.mac())) {
            announcer.announce(addresses(record));
        } catch (IOException e) {
            // Of a pod that is being deleted the network goes first.
            if (isThere(record, ofNode)) {
                throw e;
            }
            LOG.info("{}: the network of its pod is gone", record.checkpoint());
        }
    }

    private void lift(SourceRecord record, NetworkNamespace namespace)
            throws IOException, InterruptedException {
        try (PreparedChange lift = filter.lift(id(record), namespace)) {
            lift.apply();
        }
    }

    /** Whether the source is still fenced off. */
    boolean stands(SourceRecord record) throws IOException, InterruptedException {
        try (NetworkNamespace namespace = node.open()) {
            return stands(record, namespace);
        }
    }

    private boolean stands(SourceRecord record, NetworkNamespace namespace)
            throws IOException, InterruptedException {
        return filter.present(namespace).contains(id(record));
    }

    /** Calls once, when {@link #liftWhenGone} has lifted the fence. */
    void tellWhenLifted(SourceRecord record, Runnable lifted) {
        toTell.put(record.name(), lifted);
    }

    /**
     * Only when the pod's interface is gone: until then its stack would answer its peers with
     * resets. May be called again while it waits, and after a restart of the agent.
     */
    void liftWhenGone(SourceRecord record) {
        if (waiting.add(record.name())) {
            Thread.ofPlatform()
                    .daemon()
                    .name("fence-" + record.name())
                    .start(() -> awaitAndLift(record));
        }
    }

    private void awaitAndLift(SourceRecord record) {
        try (NetworkNamespace namespace = node.open();
                LinkWatch links = LinkWatch.open(namespace)) {
            while (stands(record, namespace) && isThere(record, namespace)) {
                links.await(LOOK);
            }
            lift(record, namespace);
            Optional.ofNullable(toTell.remove(record.name())).ifPresent(Runnable::run);
        } catch (IOException e) {
            LOG.warn("{}: the fence is still there; tried again later", record.checkpoint(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.remove(record.name());
        }
    }

    private static boolean isThere(SourceRecord record, NetworkNamespace namespace)
            throws IOException, InterruptedException {
        try {
            int index = new LinkEnd(namespace, record.hostInterface()).index();
            return record.hostInterfaceIndex() == 0 || record.hostInterfaceIndex() == index;
        } catch (ErrnoException e) {
            if (e.is("ENODEV")) {
                return false;
            }
            throw e;
        }
    }

    private static FilterId id(SourceRecord record) {
        return new FilterId(record.name());
    }

    private static List<InetAddress> addresses(SourceRecord record) {
        return record.addresses().stream().map(cidr -> Cidr.parse(cidr).address()).toList();
    }
}
