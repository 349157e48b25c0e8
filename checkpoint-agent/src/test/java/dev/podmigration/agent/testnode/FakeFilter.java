package dev.podmigration.agent.testnode;

import dev.podmigration.agent.fence.FilterId;
import dev.podmigration.agent.fence.PacketFilter;
import dev.podmigration.agent.fence.PreparedChange;
import dev.podmigration.agent.linux.LinkEnd;
import dev.podmigration.agent.linux.NetworkNamespace;

import java.util.Set;
import java.util.TreeSet;

/** A packet filter that only keeps the names of its tables, of all namespaces together. */
public final class FakeFilter implements PacketFilter {

    private final Set<FilterId> tables = new TreeSet<>();

    public synchronized void put(FilterId id) {
        tables.add(id);
    }

    public synchronized Set<FilterId> tables() {
        return Set.copyOf(tables);
    }

    private synchronized void drop(FilterId id) {
        tables.remove(id);
    }

    @Override
    public PreparedChange silence(FilterId id, LinkEnd nodeEnd) {
        return change(() -> put(id));
    }

    @Override
    public PreparedChange mute(FilterId id, LinkEnd nodeEnd) {
        return change(() -> put(id));
    }

    @Override
    public PreparedChange dropInput(FilterId id, NetworkNamespace pod) {
        return change(() -> put(id));
    }

    @Override
    public PreparedChange lift(FilterId id, NetworkNamespace namespace) {
        return change(() -> drop(id));
    }

    @Override
    public Set<FilterId> present(NetworkNamespace namespace) {
        return tables();
    }

    @Override
    public void prove(NetworkNamespace namespace) {}

    private static PreparedChange change(Runnable change) {
        return new PreparedChange() {
            @Override
            public void apply() {
                change.run();
            }

            @Override
            public void close() {}
        };
    }
}
