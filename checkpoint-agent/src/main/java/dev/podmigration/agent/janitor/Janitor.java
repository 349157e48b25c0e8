package dev.podmigration.agent.janitor;

import dev.podmigration.agent.archive.Archive;
import dev.podmigration.agent.archive.ArchiveLimits;
import dev.podmigration.agent.archive.ArchiveShelf;
import dev.podmigration.agent.metrics.AgentMetrics;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Looks over the node again and again. One look at a time. */
public final class Janitor {

    private static final Logger LOG = LoggerFactory.getLogger(Janitor.class);

    /** Why a thing that is not an archive went; also the label of a metric. */
    private static final String UNNEEDED = "unneeded";

    /** Told of archives that are gone, so that who asked for them learns it. */
    public interface ArchiveNews {
        /**
         * An archive was removed.
         *
         * @param why a part of a sentence
         */
        void removed(Archive archive, String why);
    }

    private final NodeHoldings holdings;
    private final ArchiveShelf shelf;
    private final ArchiveLimits limits;
    private final ArchiveNews news;
    private final UnneededFor unneeded;
    private final AgentMetrics metrics;
    private final Clock clock;

    /**
     * A janitor of this node.
     *
     * @param grace for which nobody may have needed a thing before it goes
     */
    public Janitor(
            NodeHoldings holdings,
            ArchiveShelf shelf,
            ArchiveLimits limits,
            ArchiveNews news,
            Duration grace,
            AgentMetrics metrics,
            Clock clock) {
        this.holdings = holdings;
        this.shelf = shelf;
        this.limits = limits;
        this.news = news;
        this.unneeded = new UnneededFor(grace);
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * One look.
     *
     * @throws IOException something could not be listed, so that nothing is known to be unneeded
     */
    public synchronized void look() throws IOException, InterruptedException {
        Instant now = clock.instant();
        List<Holding> held = new ArrayList<>(removeUnneeded(now));
        held.addAll(removeArchives(now));
        metrics.held(Arrays.stream(Holding.Kind.values()).map(kind -> sum(kind, held)).toList());
    }

    private static AgentMetrics.Held sum(Holding.Kind kind, List<Holding> held) {
        List<Holding> ofKind = held.stream().filter(holding -> holding.kind() == kind).toList();
        return new AgentMetrics.Held(
                kind.label(), ofKind.size(), ofKind.stream().mapToLong(Holding::bytes).sum());
    }

    private List<Holding> removeUnneeded(Instant now) throws IOException, InterruptedException {
        NodeHoldings.Seen seen = holdings.look();
        List<Holding> stay = new ArrayList<>(seen.all());
        for (Holding due : unneeded.look(seen.unneeded(), now)) {
            LOG.warn("Nobody needs {} {} any more: it is removed", due.kind().label(), due.name());
            try {
                holdings.remove(due);
                stay.remove(due);
                metrics.removed(due.kind().label(), UNNEEDED);
            } catch (IOException e) {
                // The next look tries again; the others need not wait for it.
                LOG.error("{} {} could not be removed", due.kind().label(), due.name(), e);
            }
        }
        return stay;
    }

    private List<Holding> removeArchives(Instant now) throws IOException {
        List<Archive> archives = shelf.all();
        Map<Archive, ArchiveLimits.Excess> excess = limits.excess(archives, now);
        for (Map.Entry<Archive, ArchiveLimits.Excess> due : excess.entrySet()) {
            shelf.remove(due.getKey());
            metrics.removed(Holding.Kind.ARCHIVE.label(), due.getValue().label());
            news.removed(due.getKey(), limits.text(due.getValue()));
        }
        return archives.stream()
                .filter(archive -> !excess.containsKey(archive))
                .map(archive -> new Holding(Holding.Kind.ARCHIVE, archive.file(), archive.bytes()))
                .toList();
    }
}
