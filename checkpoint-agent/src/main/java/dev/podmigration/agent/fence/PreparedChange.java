package dev.podmigration.agent.fence;

import java.io.IOException;

/**
 * One change of the packet filter that only waits for its moment: everything that can be checked
 * before the freeze has been checked. Closing without {@link #apply} leaves everything as it is.
 */
public interface PreparedChange extends AutoCloseable {
    /** Makes the change, whole or not at all; takes a fraction of a millisecond. */
    void apply() throws IOException, InterruptedException;

    @Override
    void close();
}
