package dev.podmigration.agent.fence;

import dev.podmigration.agent.linux.NetworkNamespace;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;

/**
 * Fences on the node that no record knows any more, for example of an agent whose directory was
 * taken away while it was killed. Since kernel 6.16 they wait for the next interface of the name.
 */
public final class LeftFences {

    private static final Logger LOG = LoggerFactory.getLogger(LeftFences.class);

    private LeftFences() {}

    /**
     * Lifts them.
     *
     * @param node its namespace
     * @param recorded the ids of all records
     */
    public static void lift(PacketFilter filter, NetworkNamespace node, Set<FilterId> recorded)
            throws IOException, InterruptedException {
        Set<FilterId> left = new TreeSet<>(filter.present(node));
        left.removeAll(recorded);
        for (FilterId id : left) {
            LOG.warn("No record knows the fence {}: it is lifted", id.text());
            try (PreparedChange lift = filter.lift(id, node)) {
                lift.apply();
            }
        }
    }
}
