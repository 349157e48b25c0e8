package dev.podmigration.agent.janitor;

import dev.podmigration.agent.fence.FilterId;
import dev.podmigration.agent.fence.PacketFilter;
import dev.podmigration.agent.fence.PreparedChange;
import dev.podmigration.agent.linux.NetworkNamespace;

import java.io.IOException;
import java.util.List;

/**
 * Fences in the node's own network namespace, named by the uid of a PodCheckpoint or of a target
 * pod. Only records count: a fence is never made before its record.
 */
record FenceStore(PacketFilter filter) implements Store {

    @Override
    public Holding.Kind kind() {
        return Holding.Kind.FENCE;
    }

    @Override
    public List<Holding> list() throws IOException, InterruptedException {
        try (NetworkNamespace node = NetworkNamespace.ofThisProcess()) {
            return filter.present(node).stream()
                    .map(id -> new Holding(kind(), id.text(), 0))
                    .toList();
        }
    }

    @Override
    public boolean isNeeded(Holding holding, Needs needs) {
        return needs.recorded().contains(holding.name());
    }

    @Override
    public void remove(Holding holding) throws IOException, InterruptedException {
        try (NetworkNamespace node = NetworkNamespace.ofThisProcess();
                PreparedChange lift = filter.lift(new FilterId(holding.name()), node)) {
            lift.apply();
        }
    }
}
