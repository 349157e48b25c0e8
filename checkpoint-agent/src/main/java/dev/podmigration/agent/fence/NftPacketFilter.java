package dev.podmigration.agent.fence;

import dev.podmigration.agent.fence.FilterException.Kind;
import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.LinkEnd;
import dev.podmigration.agent.linux.Netfilter;
import dev.podmigration.agent.linux.NetfilterTransaction;
import dev.podmigration.agent.linux.NetfilterTransaction.Hook;
import dev.podmigration.agent.linux.NetworkNamespace;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The packet filter by way of nf_tables. A prepared change takes a fraction of a millisecond, the
 * first of a JVM more: {@link #prove} warms up.
 *
 * <p>Thread-safe.
 */
public final class NftPacketFilter implements PacketFilter {
    private static final Logger LOG = LoggerFactory.getLogger(NftPacketFilter.class);
    private static final FilterId TRIAL = new FilterId("trial");

    @Override
    public PreparedChange silence(FilterId id, LinkEnd nodeEnd)
            throws IOException, InterruptedException {
        return new Change(checked(nodeEnd), Ruleset.silence(id, nodeEnd.name()));
    }

    @Override
    public PreparedChange mute(FilterId id, LinkEnd nodeEnd)
            throws IOException, InterruptedException {
        return new Change(checked(nodeEnd), Ruleset.mute(id, nodeEnd.name()));
    }

    @Override
    public PreparedChange dropInput(FilterId id, NetworkNamespace pod)
            throws IOException, InterruptedException {
        return new Change(pod, Ruleset.dropInput(id));
    }

    @Override
    public PreparedChange lift(FilterId id, NetworkNamespace namespace)
            throws IOException, InterruptedException {
        return new Change(namespace, Ruleset.lift(id));
    }

    @Override
    public Set<FilterId> present(NetworkNamespace namespace)
            throws IOException, InterruptedException {
        try (Netfilter netfilter = Netfilter.open(namespace)) {
            return netfilter.tables().stream()
                    .flatMap(name -> FilterId.ofTable(name).stream())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Override
    public void prove(NetworkNamespace namespace) throws IOException, InterruptedException {
        try (Netfilter netfilter = Netfilter.open(namespace)) {
            attempt(netfilter, Hook.INGRESS, Kind.INGRESS_HOOK_MISSING);
            attempt(netfilter, Hook.EGRESS, Kind.EGRESS_HOOK_MISSING);
        }
    }

    private static void attempt(Netfilter netfilter, Hook hook, Kind missing) throws IOException {
        try {
            netfilter.commit(Ruleset.trial(TRIAL, hook));
        } catch (ErrnoException e) {
            throw new FilterException(
                    missing, "the kernel refuses a trial of its " + hook + " hook", e);
        }
        netfilter.commit(Ruleset.lift(TRIAL));
    }

    /**
     * Since 6.16 the kernel accepts a hook on an interface that does not exist (yet), which would
     * silence nothing.
     */
    private static NetworkNamespace checked(LinkEnd nodeEnd)
            throws IOException, InterruptedException {
        try {
            nodeEnd.index();
            return nodeEnd.namespace();
        } catch (ErrnoException e) {
            if (e.is("ENODEV")) {
                throw new FilterException(Kind.INTERFACE_MISSING, "no interface " + nodeEnd, e);
            }
            throw e;
        }
    }

    private static final class Change implements PreparedChange {
        private final Netfilter netfilter;
        private final NetfilterTransaction transaction;

        Change(NetworkNamespace namespace, NetfilterTransaction transaction)
                throws IOException, InterruptedException {
            this.netfilter = Netfilter.open(namespace);
            this.transaction = transaction;
        }

        @Override
        public void apply() throws FilterException {
            try {
                netfilter.commit(transaction);
            } catch (ErrnoException e) {
                throw new FilterException(Kind.REFUSED, e.getMessage(), e);
            }
        }

        /** Not waited for: inside the freeze nobody has the time that the kernel takes for it. */
        @Override
        public void close() {
            Thread.ofPlatform().daemon().name("netfilter-close").start(this::closeNow);
        }

        private void closeNow() {
            try {
                netfilter.close();
            } catch (ErrnoException e) {
                LOG.warn("A connection to the packet filter stays open", e);
            }
        }
    }
}
