/**
 * Copies of file trees from the source's node to the target's: the container's writable layer,
 * emptyDir volumes and {@code /dev/shm}. Once or more while the pod runs, and what changed since
 * when it is stopped.
 *
 * <p>Names are bytes from end to end ({@link dev.podmigration.agent.files.TreePath}): a container
 * may use any, and the JVM's own conversion depends on its locale. Everything on disk is reached
 * through open directories that follow no link, on both sides, because the container decides what
 * the names mean.
 */
@NullMarked
package dev.podmigration.agent.files;

import org.jspecify.annotations.NullMarked;
