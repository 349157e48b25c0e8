package dev.podmigration.agent.reconcile;

import dev.podmigration.agent.target.TargetAgent;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A node to which one pod can come. What is asked of it is noted, in its order. */
final class FakeTarget implements TargetAgent {

    private final List<String> asked = new ArrayList<>();
    private PodRestorePhase phase = PodRestorePhase.Cancelled;

    synchronized List<String> asked() {
        return List.copyOf(asked);
    }

    private synchronized void note(String what, PodRestorePhase next) {
        asked.add(what);
        phase = next;
    }

    @Override
    public void accept(PodRestore restore, Runnable changed) {
        note("accept", PodRestorePhase.Accepted);
    }

    @Override
    public void acceptAgain(PodRestore restore, Runnable changed) {}

    @Override
    public void bind(PodRestore restore, Runnable changed) {
        if (restore.getSpec().getPodUid() != null) {
            note("bind", PodRestorePhase.Restoring);
        }
    }

    @Override
    public synchronized Progress state(PodRestore restore) {
        return new Progress(phase, List.of(), List.of(), Optional.empty(), Optional.empty());
    }

    @Override
    public void cancel(PodRestore restore) {
        note("cancel", PodRestorePhase.Cancelled);
    }

    @Override
    public boolean forget(PodRestore restore) {
        note("forget", PodRestorePhase.Cancelled);
        return true;
    }
}
