package dev.podmigration.agent.source;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.criu.CriuConfiguration;
import dev.podmigration.agent.criu.DumpOptions;
import dev.podmigration.agent.launcher.HookAction;
import dev.podmigration.agent.launcher.HookChannel;
import dev.podmigration.agent.launcher.HookEvent;
import dev.podmigration.agent.runtime.ContainerOnNode;
import dev.podmigration.agent.runtime.KubeletAnswer;
import dev.podmigration.agent.runtime.PodOnNode;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A checkpoint archive of one container, as the kubelet writes it; the container runs on. CRIU's
 * options are the node's, so they are in its configuration only until CRIU has read them: other
 * dumps need not wait until an archive is packed.
 */
final class ContainerArchive {

    /** The kubelet's answer includes packing the archive. */
    private static final Duration LIMIT = Duration.ofMinutes(10);

    /** What came first: a question of CRIU's, or the kubelet's answer. */
    private sealed interface Event {
        record Asked(HookEvent question) implements Event {}

        record Ended() implements Event {}
    }

    private final SourceTools tools;
    private final PodOnNode pod;
    private final ContainerOnNode container;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    ContainerArchive(SourceTools tools, PodOnNode pod, ContainerOnNode container) {
        this.tools = tools;
        this.pod = pod;
        this.container = container;
    }

    /** Returns the paths of the archives on the node. */
    List<String> take(DumpOptions options) throws AgentFailure, IOException, InterruptedException {
        tools.runtime().noticeResumed(container.id());
        HookChannel hook =
                HookChannel.ofDump(
                        tools.directories(),
                        container.id(),
                        question -> events.add(new Event.Asked(question)));
        try (CriuConfiguration.Lease lease = tools.criuConfiguration().lease(options)) {
            CompletableFuture<KubeletAnswer> answer =
                    Background.call(
                            "archive-" + container.name(),
                            () -> {
                                try {
                                    return tools.kubelet()
                                            .checkpoint(
                                                    pod.namespace(),
                                                    pod.name(),
                                                    container.name(),
                                                    LIMIT);
                                } finally {
                                    events.add(new Event.Ended());
                                }
                            });
            agree(hook, lease);
            return switch (Background.await(answer, LIMIT)) {
                case KubeletAnswer.Archived archived -> archived.archives();
                case KubeletAnswer.Failed failed -> throw failed.failure();
            };
        } finally {
            hook.remove();
        }
    }

    /** Until the kubelet has answered. */
    private void agree(HookChannel hook, CriuConfiguration.Lease lease)
            throws AgentFailure, IOException, InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            switch (events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                case Event.Asked(HookEvent question) -> {
                    if (question.action() == HookAction.PRE_DUMP) {
                        lease.close();
                    }
                    if (question.action().waitsForAnswer()) {
                        hook.answer(question, true);
                    }
                }
                case Event.Ended _ -> {
                    return;
                }
                case null ->
                        throw new AgentFailure(
                                FailureReason.CheckpointFailed,
                                "The kubelet has not answered within "
                                        + LIMIT.toMinutes()
                                        + " min");
            }
        }
    }
}
