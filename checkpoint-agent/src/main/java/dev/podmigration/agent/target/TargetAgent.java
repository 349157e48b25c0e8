package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.PodRestorePhase;
import dev.podmigration.api.v1alpha1.Step;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a node can do with a pod that comes to it. A PodRestore may be cancelled and forgotten
 * before it names its pod. Thread-safe.
 */
public interface TargetAgent {

    /** How far a restore has come. */
    record Progress(
            PodRestorePhase phase,
            List<String> addresses,
            List<Step> steps,
            Optional<Instant> resumedAt,
            Optional<AgentFailure> failure) {
        public Progress {
            addresses = List.copyOf(addresses);
            steps = List.copyOf(steps);
        }
    }

    /**
     * Makes room and registers the pod for its launcher. Returns at once.
     *
     * @param changed called whenever {@link #state} answers something new
     */
    void accept(PodRestore restore, Runnable changed) throws AgentFailure, IOException;

    /** For a pod that an agent before this one has accepted: its launcher may still wait. */
    void acceptAgain(PodRestore restore, Runnable changed) throws IOException;

    /**
     * A pod that was received before it existed is known now; nothing for others, or when that was
     * said before. Returns at once.
     *
     * @param changed called whenever {@link #state} answers something new
     */
    void bind(PodRestore restore, Runnable changed) throws IOException;

    Progress state(PodRestore restore) throws IOException;

    /** Never lets this pod be restored, unless it already runs. */
    void cancel(PodRestore restore) throws IOException;

    /**
     * The PodRestore is being deleted: cancel if it does not run, then remove everything that
     * belongs to it.
     *
     * @return false while its pod has asked and only the source's answer can end it
     */
    boolean forget(PodRestore restore) throws IOException;
}
