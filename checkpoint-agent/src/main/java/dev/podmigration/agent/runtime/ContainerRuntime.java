package dev.podmigration.agent.runtime;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The node's container runtime. Thread-safe; every call asks anew and ends within seconds. */
public interface ContainerRuntime extends AutoCloseable {

    RuntimeVersion version() throws IOException;

    /**
     * The runtime's process that serves now, by a name that no earlier and no later one has. What
     * one was making when it ended, the next one takes for a leftover and removes.
     *
     * @throws IOException if none serves
     */
    String instance() throws IOException;

    /** The runtime handlers that pods can ask for by now. */
    Set<String> handlers() throws IOException;

    /**
     * The pod as the runtime holds it now.
     *
     * @return empty when the runtime has no sandbox of this pod
     */
    Optional<PodOnNode> pod(String podUid) throws IOException;

    /**
     * A container from its OCI bundle alone: for one that a launcher holds back, which the runtime
     * does not show yet.
     *
     * @param bundle as the node names it
     */
    ContainerOnNode fromBundle(String bundle) throws IOException;

    /** Ids of all containers, of ended ones too. */
    Set<String> containerIds() throws IOException;

    /** Names ({@code namespace/name}) of the pods that were made with a runtime handler. */
    List<String> podsOfHandler(String handler) throws IOException;

    /**
     * Lets the runtime look whether a container still is paused. CRI-O 1.36 pauses a container for
     * a checkpoint, notes that (internal/lib/checkpoint.go), resumes it, and does not look again:
     * it would refuse the next checkpoint of a container that is "not running". One that the
     * runtime does not know is none that it takes for paused.
     */
    void noticeResumed(String containerId) throws IOException;

    /**
     * Starts a container that was created, also one whose creator did not wait for the answer.
     *
     * @throws ForgottenContainerException if the runtime knows nothing of it, though it may run
     * @throws IOException also if it was started before
     */
    void start(String containerId) throws IOException;

    CrioConfiguration configuration() throws IOException;

    @Override
    void close();
}
