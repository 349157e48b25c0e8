package dev.podmigration.agent.fence;

import dev.podmigration.agent.fence.FilterException.Kind;
import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.LinkEnd;
import dev.podmigration.agent.linux.NetworkNamespace;
import dev.podmigration.agent.linux.Nftables;

import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The packet filter by way of nftables. Takes about a millisecond a change
 * (docs/decisions/0002-packet-filter-in-process.md), the first one more: {@link #prove} warms up.
 *
 * <p>Thread-safe.
 */
public final class NftPacketFilter implements PacketFilter {
    private static final FilterId TRIAL = new FilterId("trial");

    private final Commands commands;

    /** Carries out a text of nft commands in one transaction; {@link Nftables} does. */
    interface Commands {
        Nftables.Result run(NetworkNamespace namespace, String text)
                throws IOException, InterruptedException;
    }

    NftPacketFilter(Commands commands) {
        this.commands = commands;
    }

    /**
     * Loads the library.
     *
     * @throws FilterException if the library is not installed
     */
    public static NftPacketFilter load() throws FilterException {
        try {
            return new NftPacketFilter(Nftables.load()::run);
        } catch (ErrnoException e) {
            throw new FilterException(Kind.LIBRARY_MISSING, "libnftables is not installed", e);
        }
    }

    @Override
    public PreparedChange silence(FilterId id, LinkEnd nodeEnd)
            throws IOException, InterruptedException {
        return prepare(checked(nodeEnd), Ruleset.silence(id, nodeEnd.name()));
    }

    @Override
    public PreparedChange mute(FilterId id, LinkEnd nodeEnd)
            throws IOException, InterruptedException {
        return prepare(checked(nodeEnd), Ruleset.mute(id, nodeEnd.name()));
    }

    @Override
    public PreparedChange dropInput(FilterId id, NetworkNamespace pod) {
        return prepare(pod, Ruleset.dropInput(id));
    }

    @Override
    public PreparedChange lift(FilterId id, NetworkNamespace namespace) {
        return prepare(namespace, Ruleset.lift(id));
    }

    @Override
    public Set<FilterId> present(NetworkNamespace namespace)
            throws IOException, InterruptedException {
        // Each line: table FAMILY NAME
        return run(namespace, "list tables")
                .lines()
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .flatMap(name -> FilterId.ofTable(name).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public void prove(NetworkNamespace namespace) throws IOException, InterruptedException {
        try {
            attempt(namespace, Ruleset.trial(TRIAL, true));
        } catch (FilterException both) {
            // Which hook it was, is found out by trying: the message's wording differs between
            // versions.
            attempt(namespace, Ruleset.trial(TRIAL, false));
            throw new FilterException(
                    Kind.EGRESS_HOOK_MISSING,
                    "the kernel filters what enters an interface but not what leaves it",
                    both);
        }
    }

    private void attempt(NetworkNamespace namespace, String ruleset)
            throws IOException, InterruptedException {
        run(namespace, ruleset);
        run(namespace, Ruleset.lift(TRIAL));
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

    private PreparedChange prepare(NetworkNamespace namespace, String ruleset) {
        return new PreparedChange() {
            @Override
            public void apply() throws IOException, InterruptedException {
                run(namespace, ruleset);
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
    }

    private String run(NetworkNamespace namespace, String text)
            throws IOException, InterruptedException {
        Nftables.Result result = commands.run(namespace, text);
        if (!result.succeeded()) {
            throw new FilterException(Kind.REFUSED, "nftables: " + result.error());
        }
        return result.output();
    }
}
