package dev.podmigration.agent.testnode;

import dev.podmigration.agent.source.NodeSource;
import dev.podmigration.agent.source.PodInCluster;
import dev.podmigration.api.v1alpha1.PodCheckpoint;
import dev.podmigration.api.v1alpha1.PodRestore;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What the API server says of the one migration of a test. */
public final class FakeCluster implements NodeSource.Cluster {

    private volatile @Nullable PodRestore restore;
    private final Map<String, PodCheckpoint> checkpoints = new ConcurrentHashMap<>();
    private volatile boolean deleted;
    private volatile PodInCluster pod = new PodInCluster(TestNode.POD, List.of("main"), List.of());

    public void restore(PodRestore known) {
        restore = known;
    }

    public void checkpoint(PodCheckpoint known) {
        checkpoints.put(known.getMetadata().getName(), known);
    }

    public void withoutCheckpoint(String name) {
        checkpoints.remove(name);
    }

    public void pod(PodInCluster known) {
        pod = known;
    }

    /** The source pod has a deletion timestamp. */
    public void deletePod() {
        deleted = true;
    }

    @Override
    public Optional<PodRestore> restore(String namespace, String name) {
        return Optional.ofNullable(restore);
    }

    @Override
    public Optional<PodCheckpoint> checkpoint(String namespace, String name) {
        return Optional.ofNullable(checkpoints.get(name));
    }

    @Override
    public Optional<PodInCluster> pod(String namespace, String name) {
        return Optional.of(pod);
    }

    @Override
    public boolean isBeingDeleted(String namespace, String pod, String uid) {
        return deleted;
    }
}
