package dev.podmigration.agent.address;

import dev.podmigration.agent.linux.LinkAddress;
import dev.podmigration.agent.linux.LinkEnd;
import dev.podmigration.agent.linux.MacAddress;
import dev.podmigration.agent.linux.NetworkLink;
import dev.podmigration.agent.linux.NetworkNamespace;
import dev.podmigration.agent.linux.RouteNetlink;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * How a pod is connected to its node: a pair of interfaces. Closing it closes its hold on the
 * node's namespace, not the pod's.
 *
 * @param mac of the pod's end
 * @param addresses that reach beyond the link, in the order in which they were added: of each
 *     family the pod's own first, kept ones after it
 */
public record PodInterface(
        LinkEnd podEnd, LinkEnd nodeEnd, MacAddress mac, List<LinkAddress> addresses)
        implements AutoCloseable {

    /** What CRI-O tells every network plugin to call the pod's first interface. */
    private static final String FIRST = "eth0";

    private static final String PAIR = "veth";

    public PodInterface {
        addresses = List.copyOf(addresses);
    }

    /**
     * Finds the connection of a pod on this node.
     *
     * @throws IOException also if the pod is not connected by a pair, which only some network
     *     plugins use
     */
    public static PodInterface discover(NetworkNamespace pod)
            throws IOException, InterruptedException {
        return discover(pod, NetworkNamespace.ofThisProcess());
    }

    /** With the node's namespace, which then belongs to the result. */
    static PodInterface discover(NetworkNamespace pod, NetworkNamespace node)
            throws IOException, InterruptedException {
        try (RouteNetlink inPod = RouteNetlink.open(pod);
                RouteNetlink onNode = RouteNetlink.open(node)) {
            NetworkLink first = first(inPod, pod);
            NetworkLink peer =
                    peer(first, onNode.links(), onNode.namespaceId(pod))
                            .orElseThrow(
                                    () ->
                                            new IOException(
                                                    "the other end of %s in %s is not on this node"
                                                            .formatted(first.name(), pod)));
            return new PodInterface(
                    new LinkEnd(pod, first.name()),
                    new LinkEnd(node, peer.name()),
                    first.mac().orElseThrow(),
                    inOrder(
                            inPod.addresses().stream()
                                    .filter(address -> address.linkIndex() == first.index())
                                    .filter(LinkAddress::isGlobal)
                                    .toList()));
        } catch (IOException | InterruptedException e) {
            node.close();
            throw e;
        }
    }

    /** The kernel lists IPv6 addresses of one scope with the latest first, IPv4 ones last. */
    private static List<LinkAddress> inOrder(List<LinkAddress> listed) {
        return Stream.concat(
                        listed.stream().filter(address -> !address.isIpv6()),
                        listed.reversed().stream().filter(LinkAddress::isIpv6))
                .toList();
    }

    private static NetworkLink first(RouteNetlink inPod, NetworkNamespace pod) throws IOException {
        return inPod.links().stream()
                .filter(link -> link.name().equals(FIRST) && link.kind().equals(PAIR))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IOException(
                                        "no %s of kind %s in %s".formatted(FIRST, PAIR, pod)));
    }

    /**
     * The numbers of interfaces are counted in each namespace by itself: only with the namespace
     * they tell one.
     */
    private static Optional<NetworkLink> peer(
            NetworkLink first, List<NetworkLink> links, OptionalInt pod) {
        return links.stream()
                .filter(link -> link.kind().equals(PAIR))
                .filter(link -> pod.isPresent() && link.peerNamespace().equals(pod))
                .filter(link -> first.peerIndex().orElse(-1) == link.index())
                .filter(link -> link.peerIndex().orElse(-1) == first.index())
                .findFirst();
    }

    @Override
    public void close() throws IOException {
        nodeEnd.namespace().close();
    }
}
