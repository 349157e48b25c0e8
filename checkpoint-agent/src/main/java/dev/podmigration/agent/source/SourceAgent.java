package dev.podmigration.agent.source;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.api.v1alpha1.Finding;
import dev.podmigration.api.v1alpha1.InspectedContainer;
import dev.podmigration.api.v1alpha1.PodCheckpoint;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What a node can do with a pod that leaves it. Thread-safe; calls for one PodCheckpoint come one
 * after another, but for {@link #giveUp}.
 */
public interface SourceAgent {

    /**
     * What is inside the pod.
     *
     * @param fileBytes content of the files that move with it
     */
    record Inspected(List<InspectedContainer> containers, List<Finding> findings, long fileBytes) {
        public Inspected {
            containers = List.copyOf(containers);
            findings = List.copyOf(findings);
        }
    }

    /** Archives that the kubelet wrote, absolute paths on the node. */
    record Archived(List<String> files) {
        public Archived {
            files = List.copyOf(files);
        }
    }

    /** Where a source ended that was asked to settle. */
    enum Outcome {
        ROLLED_BACK,
        GRANTED,
        RELEASED
    }

    /** What this process knows of the last attempt to move a pod, ended or not. */
    record Attempt(Optional<FreezeReport> report, Optional<AgentFailure> failure) {
        static final Attempt UNKNOWN = new Attempt(Optional.empty(), Optional.empty());
    }

    Inspected inspect(PodCheckpoint checkpoint) throws AgentFailure, IOException;

    /** Opens the stream to the target and copies files a first time while the pod runs. */
    void prepare(PodCheckpoint checkpoint) throws AgentFailure, IOException;

    /**
     * Whether the pod was ever about to be stopped for this PodCheckpoint: it is not to be stopped
     * a second time.
     */
    boolean hasBegun(PodCheckpoint checkpoint) throws IOException;

    /**
     * Freezes, dumps and streams; returns when the target runs. A failure leaves the pod as the
     * durable record says: call {@link #settle} then.
     *
     * @param frozen called once the processes are stopped, not waited for
     */
    FreezeReport migrate(PodCheckpoint checkpoint, Runnable frozen)
            throws AgentFailure, IOException;

    /**
     * Ends a running {@link #prepare} or {@link #migrate} with this failure, unless the target was
     * granted already.
     */
    void giveUp(String checkpointUid, AgentFailure why);

    Attempt attempt(String checkpointUid);

    /** Addresses that no pod of this node gets as long as the PodCheckpoint exists. */
    List<String> reserved(String checkpointUid) throws IOException;

    /**
     * Undoes whatever may be undone: before the grant, or when the target's record says that it
     * never ran.
     */
    Outcome settle(PodCheckpoint checkpoint) throws AgentFailure, IOException;

    Archived archive(PodCheckpoint checkpoint) throws AgentFailure, IOException;

    /**
     * The PodCheckpoint is being deleted: settle, then remove everything that belongs to it from
     * the node.
     *
     * @param again called when what stood in the way is gone
     * @return false while its pod has granted and is not gone yet
     */
    boolean forget(PodCheckpoint checkpoint, Runnable again) throws IOException;
}
