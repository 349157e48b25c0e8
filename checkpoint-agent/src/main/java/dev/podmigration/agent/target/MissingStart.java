package dev.podmigration.agent.target;

import dev.podmigration.agent.host.NodeDirectories;
import dev.podmigration.agent.runtime.ContainerRuntime;
import dev.podmigration.agent.runtime.ContainerRuntimeException;
import dev.podmigration.agent.runtime.ForgottenContainerException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

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

    private static final Duration LOOK = Duration.ofMillis(20);

    /** A runtime that was ended comes back within seconds. */
    private static final Duration RUNTIME_LIMIT = Duration.ofMinutes(1);

    private static final Duration RUNTIME_LOOK = Duration.ofMillis(500);

    private final ContainerRuntime runtime;
    private final NodeDirectories directories;

    MissingStart(ContainerRuntime runtime, NodeDirectories directories) {
        this.runtime = runtime;
        this.directories = directories;
    }

    /**
     * Returns when each of them was started, by whomever, or is gone.
     *
     * @return those that run and that the runtime has forgotten: nobody can ever start them
     */
    List<String> make(Iterable<String> containerIds) throws InterruptedException {
        long kubelet = System.nanoTime() + LIMIT.toNanos();
        long runtimeBack = System.nanoTime() + RUNTIME_LIMIT.toNanos();
        List<String> forgotten = new ArrayList<>();
        for (String id : containerIds) {
            while (isAwaited(id) && System.nanoTime() < kubelet) {
                Thread.sleep(LOOK);
            }
            if (isAwaited(id) && isForgotten(id, runtimeBack)) {
                forgotten.add(id);
            }
        }
        return forgotten;
    }

    private boolean isForgotten(String id, long end) throws InterruptedException {
        while (true) {
            try {
                runtime.start(id);
                LOG.info("Container {} was not started by the kubelet, and is now", id);
                return false;
            } catch (ForgottenContainerException e) {
                LOG.warn("Container {} is restored, and nobody can start it", id, e);
                return true;
            } catch (IOException e) {
                boolean away = e instanceof ContainerRuntimeException refused && refused.isAway();
                if (!away || System.nanoTime() > end) {
                    // It runs; and if the kubelet was the one who started it, nothing is amiss.
                    LOG.warn("Container {} is restored, and could not be started", id, e);
                    return false;
                }
            }
            Thread.sleep(RUNTIME_LOOK);
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
