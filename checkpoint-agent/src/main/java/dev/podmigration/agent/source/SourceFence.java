package dev.podmigration.agent.source;

import dev.podmigration.agent.address.PodInterface;
import dev.podmigration.agent.commit.SourceRecord;
import dev.podmigration.agent.fence.Announcer;
import dev.podmigration.agent.fence.FilterId;
import dev.podmigration.agent.fence.PacketFilter;
import dev.podmigration.agent.fence.PreparedChange;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.linux.NetworkNamespace;
import dev.podmigration.agent.runtime.PodOnNode;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Takes the fence away from a source: after a roll back so that it speaks again, or when its pod is
 * gone.
 */
final class SourceFence {

    private static final Logger LOG = LoggerFactory.getLogger(SourceFence.class);

    /** The kubelet removes a killed pod within seconds. */
    private static final Duration GONE_LIMIT = Duration.ofMinutes(10);

    private static final Duration LOOK = Duration.ofMillis(500);

    private final PacketFilter filter;
    private final Host host;

    SourceFence(PacketFilter filter, Host host) {
        this.filter = filter;
        this.host = host;
    }

    /** The pod hears and speaks again, and its neighbours know where it is. */
    void lift(SourceRecord record, Optional<PodOnNode> pod)
            throws IOException, InterruptedException {
        try (NetworkNamespace node = NetworkNamespace.ofThisProcess();
                PreparedChange lift = filter.lift(new FilterId(record.name()), node)) {
            lift.apply();
        }
        if (pod.isPresent() && pod.get().networkNamespace().isPresent()) {
            try (NetworkNamespace namespace =
                            NetworkNamespace.open(host.path(pod.get().networkNamespace().get()));
                    PodInterface link = PodInterface.discover(namespace);
                    Announcer announcer = Announcer.open(link.podEnd(), link.mac())) {
                announcer.announce(addresses(record));
            }
        }
    }

    /**
     * Only when the pod's interface is gone: until then its stack would answer its peers with
     * resets.
     */
    void liftWhenGone(SourceRecord record) {
        Path device = Path.of("/sys/class/net").resolve(record.hostInterface());
        Thread.ofVirtual()
                .name("lift-" + record.name())
                .start(
                        () -> {
                            long end = System.nanoTime() + GONE_LIMIT.toNanos();
                            try {
                                while (Files.exists(device) && System.nanoTime() < end) {
                                    Thread.sleep(LOOK);
                                }
                                lift(record, Optional.empty());
                            } catch (IOException e) {
                                LOG.warn("The fence of {} stays behind", record.checkpoint(), e);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
    }

    private static List<InetAddress> addresses(SourceRecord record) {
        return record.addresses().stream().map(SourceAddresses::address).toList();
    }
}
