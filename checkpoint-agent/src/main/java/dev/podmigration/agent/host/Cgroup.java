package dev.podmigration.agent.host;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/**
 * One control group with everything below it, in the hierarchy that can freeze.
 *
 * <p>All of it is plain file access, so that it is cheap enough inside a freeze. Methods are
 * idempotent and thread-safe; an {@link IOException} is also what a group that no longer exists
 * gives.
 */
public sealed interface Cgroup permits FreezerCgroup, UnifiedCgroup {

    /** The group's directory as this process sees it. */
    Path directory();

    /**
     * Stops every process of the group and returns when the kernel says that all of them are
     * stopped.
     *
     * @throws FreezeTimeoutException when they are not within the limit; the group is left as it is
     *     then: freezing
     */
    void freeze(Duration limit) throws IOException, InterruptedException;

    /**
     * Asks the kernel to stop every process and returns at once: for processes that a tracer still
     * holds, which stop when it lets go of them, before any instruction of theirs.
     */
    void requestFreeze() throws IOException;

    /**
     * Lets the processes run and returns when they do, or at once when a group above still holds
     * them.
     *
     * @throws FreezeTimeoutException when the kernel does not say so within the limit
     */
    void thaw(Duration limit) throws IOException, InterruptedException;

    /** All its processes are stopped, whoever asked for it. */
    boolean isFrozen() throws IOException;

    /** This group itself was asked to freeze; a frozen group above does not count. */
    boolean wasAskedToFreeze() throws IOException;

    /**
     * Processes of this group and of all groups below, as numbered by the reader's process
     * namespace.
     */
    Set<Long> processes() throws IOException;

    /**
     * Sends SIGKILL to every process of this group and of all groups below. Frozen processes of a
     * version 1 hierarchy die when they are thawed, those of a version 2 hierarchy at once.
     */
    void killAll() throws IOException;
}
