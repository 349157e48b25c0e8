package dev.podmigration.agent.target;

import java.io.IOException;

/** What keeps a pod silent until it may run. */
interface RestoreFence {

    /** The restored sockets hear and speak. */
    void lift() throws IOException, InterruptedException;

    /**
     * Hands over what was held meanwhile.
     *
     * @return how many frames
     */
    int release() throws IOException, InterruptedException;

    /** The pod will not run: it gives back the addresses of its source and stays silent. */
    void abandon() throws IOException, InterruptedException;
}
