package dev.podmigration.agent.runtime;

import java.io.IOException;
import java.time.Duration;

/** The kubelet of this node. */
public interface Kubelet {

    /**
     * Takes a checkpoint of a running container; returns when the runtime is done, the container
     * runs on.
     *
     * @param limit the kubelet takes at least its own {@code runtimeRequestTimeout} (two minutes by
     *     default)
     * @throws IOException when the kubelet cannot be reached; the dump may go on nevertheless
     */
    KubeletAnswer checkpoint(String namespace, String pod, String container, Duration limit)
            throws IOException, InterruptedException;
}
