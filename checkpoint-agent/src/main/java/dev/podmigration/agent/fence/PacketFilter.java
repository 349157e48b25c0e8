package dev.podmigration.agent.fence;

import dev.podmigration.agent.linux.LinkEnd;
import dev.podmigration.agent.linux.NetworkNamespace;

import java.io.IOException;
import java.util.Set;

/**
 * Silences pods. Every change is atomic and replaces what the same id put into that namespace
 * before, so that it can be made again after a crash.
 */
public interface PacketFilter {
    /**
     * Drops every frame from and to the pod, of every protocol, on the node's side of its
     * interface: the pod's own stack notices nothing and no program in it gets an error.
     */
    PreparedChange silence(FilterId id, LinkEnd nodeEnd) throws IOException, InterruptedException;

    /**
     * Drops every frame that comes from the pod except neighbour discovery (ARP, IPv6 ND). For a
     * restored copy that must not speak before the grant: sockets of a container that CRIU has
     * finished would probe their peers, and would reset their connections when the copy is killed.
     */
    PreparedChange mute(FilterId id, LinkEnd nodeEnd) throws IOException, InterruptedException;

    /**
     * Drops what arrives in the pod's namespace before the stack looks at it, so that nothing
     * answers for sockets that are not there yet. Loopback and neighbour discovery pass. Packet
     * sockets still see the frames.
     */
    PreparedChange dropInput(FilterId id, NetworkNamespace pod)
            throws IOException, InterruptedException;

    /**
     * Removes everything that the id put into this namespace; nothing to remove is fine. Needed on
     * the node even when the pod has gone: since kernel 6.16 the rules outlive the interface and
     * would take hold of the next one of its name.
     */
    PreparedChange lift(FilterId id, NetworkNamespace namespace)
            throws IOException, InterruptedException;

    /** The ids that have something in this namespace. */
    Set<FilterId> present(NetworkNamespace namespace) throws IOException, InterruptedException;

    /**
     * Tries both hooks on the namespace's loopback interface without dropping anything.
     *
     * @throws FilterException what is missing
     */
    void prove(NetworkNamespace namespace) throws IOException, InterruptedException;
}
