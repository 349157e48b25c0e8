package dev.podmigration.agent.target;

import dev.podmigration.agent.host.NodeDirectories;
import dev.podmigration.agent.runtime.ContainerRuntime;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Starts restored containers that nobody has started. They run, but count as created until the
 * kubelet says start, which it does right after it has made them. One that ended in between says
 * nothing, and its successor makes another container for one that is only created
 * (pkg/kubelet/container/helpers.go, ShouldContainerBeRestarted), beside the one that runs. The
 * launcher refuses that one; this is what ends the refusals.
 */
final class MissingStart {

    private static final Logger LOG = LoggerFactory.getLogger(MissingStart.class);

    /**
     * How long the kubelet has. Shorter than it takes to give up on a pod, and so long that a busy
     * one is not overtaken; if it is, its own start fails once and it finds the container running.
     */
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private static final Duration LOOK = Duration.ofMillis(100);

    private final ContainerRuntime runtime;
    private final NodeDirectories directories;

    MissingStart(ContainerRuntime runtime, NodeDirectories directories) {
        this.runtime = runtime;
        this.directories = directories;
    }

    /** Returns when each of them was started, by whomever, or is gone. */
    void make(Iterable<String> containerIds) throws InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        for (String id : containerIds) {
            while (isAwaited(id) && System.nanoTime() < end) {
                Thread.sleep(LOOK);
            }
            if (isAwaited(id)) {
                start(id);
            }
        }
    }

    private void start(String id) {
        try {
            runtime.start(id);
            LOG.info("Container {} was not started by the kubelet, and is now", id);
        } catch (IOException e) {
            // It runs; and if the kubelet was the one who started it, nothing is amiss.
            LOG.warn("Container {} is restored, and could not be started", id, e);
        }
    }

    private boolean isAwaited(String id) {
        Path mark = directories.restored(id);
        try {
            return Files.size(mark) == 0;
        } catch (IOException gone) {
            return false;
        }
    }
}
