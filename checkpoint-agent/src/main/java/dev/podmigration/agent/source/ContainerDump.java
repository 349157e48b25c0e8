package dev.podmigration.agent.source;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.criu.CriuConfiguration;
import dev.podmigration.agent.criu.DumpOptions;
import dev.podmigration.agent.images.ImageTail;
import dev.podmigration.agent.launcher.HookAction;
import dev.podmigration.agent.launcher.HookChannel;
import dev.podmigration.agent.launcher.HookEvent;
import dev.podmigration.agent.runtime.ContainerOnNode;
import dev.podmigration.agent.runtime.KubeletAnswer;
import dev.podmigration.agent.runtime.PodOnNode;
import dev.podmigration.agent.wire.ContainerImage;
import dev.podmigration.agent.wire.ImageManifest;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The dump of one container: asked for through the kubelet, followed through CRIU's hook, streamed
 * while it is written.
 *
 * <p>Order of calls: {@link #prepare}, {@link #start}, {@link #awaitStopped}, {@link #dump}, {@link
 * #awaitImages}, {@link #end}, and {@link #close} on every path. The container stands still from
 * {@code awaitStopped} until {@code end}, and longer if its pod's control group is frozen.
 */
final class ContainerDump {

    private static final Logger LOG = LoggerFactory.getLogger(ContainerDump.class);

    /**
     * Besides the memory of each process CRIU writes one image for each memory that processes
     * share, or could share: ZGC's heap is one.
     */
    private static final int SHARED_MEMORIES = 4;

    /** A dump that is not decided within this time after the order would be a hung CRIU. */
    private static final Duration END_LIMIT = Duration.ofSeconds(60);

    /**
     * What CRI-O leaves in the container's directory when a checkpoint fails
     * (internal/lib/checkpoint.go, CRI-O 1.36).
     */
    private static final List<String> LEFT_BY_CRIO =
            List.of("bind.mounts", "config.dump", "spec.dump", "dump.log", "stats-dump");

    /** The kubelet's answer, given after the hook let CRIU go. */
    private record Ended(@Nullable AgentFailure failure) {}

    private final SourceTools tools;
    private final PodOnNode pod;
    private final ContainerOnNode container;
    private final Path images;
    private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
    private @Nullable HookChannel hook;
    private CriuConfiguration.@Nullable Lease options;
    private final AtomicLong imageBytes = new AtomicLong();
    private @Nullable ImageTail tail;
    private @Nullable CompletableFuture<ImageManifest> manifest;
    private @Nullable HookEvent waiting;
    private @Nullable Thread request;
    private boolean mounted;

    ContainerDump(SourceTools tools, PodOnNode pod, ContainerOnNode container) {
        this.tools = tools;
        this.pod = pod;
        this.container = container;
        this.images = tools.host().path(container.checkpointDirectory());
    }

    String name() {
        return container.name();
    }

    /**
     * Everything slow that can be done while the container runs: a tmpfs for the images, so that
     * the freeze does not wait for a disk, pipes for the memory, and the hook's pipes.
     *
     * @param roomBytes that the tmpfs takes at most
     * @param processes that the container has, about: their memory never becomes a file here
     */
    void prepare(long roomBytes, int processes, SourceLink link)
            throws IOException, AgentFailure, InterruptedException {
        Files.createDirectories(images);
        tools.mounts().mount(images, roomBytes);
        mounted = true;
        tail =
                new ImageTail(
                        images,
                        processes + SHARED_MEMORIES,
                        frame -> {
                            imageBytes.addAndGet(
                                    frame.getPartsList().stream()
                                            .mapToLong(part -> part.getContent().size())
                                            .sum());
                            link.send(
                                    SourceMessage.newBuilder()
                                            .setImage(
                                                    ContainerImage.newBuilder()
                                                            .setContainer(container.name())
                                                            .setFrame(frame)));
                        });
        hook =
                HookChannel.ofDump(
                        tools.directories(),
                        container.id(),
                        event -> {
                            if (event.action().waitsForAnswer()) {
                                events.add(event);
                            }
                        });
    }

    /** Asks the kubelet. CRI-O stops the container before it starts CRIU. */
    void start(DumpOptions dumpOptions, Duration limit)
            throws IOException, AgentFailure, InterruptedException {
        options = tools.criuConfiguration().lease(dumpOptions);
        ImageTail following = tail;
        if (following == null) {
            throw new IllegalStateException("not prepared");
        }
        CompletableFuture<ImageManifest> sending =
                Background.call("images-" + container.name(), following::run);
        manifest = sending;
        // Not before it is known why: CRIU fails at once then.
        CompletableFuture<ImageManifest> _ =
                sending.whenComplete(
                        (_, failed) -> {
                            if (failed != null) {
                                following.abort();
                            }
                        });
        request =
                Thread.ofPlatform()
                        .daemon()
                        .name("checkpoint-request-" + container.name())
                        .start(() -> events.add(ask(limit)));
    }

    private Ended ask(Duration limit) {
        try {
            return switch (tools.kubelet()
                    .checkpoint(pod.namespace(), pod.name(), container.name(), limit)) {
                case KubeletAnswer.Archived archived -> new Ended(null);
                case KubeletAnswer.Failed failed -> new Ended(failed.failure());
            };
        } catch (IOException e) {
            return new Ended(
                    new AgentFailure(
                            FailureReason.CheckpointFailed,
                            "The kubelet did not answer: " + e.getMessage(),
                            e));
        } catch (InterruptedException e) {
            return new Ended(
                    new AgentFailure(
                            FailureReason.Cancelled, "Interrupted while the kubelet was asked"));
        }
    }

    /** Returns when the container is stopped and CRIU has read its options; CRIU waits. */
    void awaitStopped(Duration limit) throws AgentFailure, InterruptedException, IOException {
        waiting = next(HookAction.PRE_DUMP, limit);
        returnOptions();
    }

    /** Lets CRIU dump. */
    void dump() throws IOException {
        answer(true);
    }

    /** Returns when CRIU has written everything; CRIU waits, the container stands still. */
    void awaitDumped(Duration limit) throws AgentFailure, InterruptedException, IOException {
        waiting = next(HookAction.POST_DUMP, limit);
    }

    /** Returns when everything that CRIU has written was sent. */
    ImageManifest awaitImages(Duration limit)
            throws AgentFailure, InterruptedException, IOException {
        ImageTail following = tail;
        CompletableFuture<ImageManifest> rest = manifest;
        if (following == null || rest == null) {
            throw new IllegalStateException("not started");
        }
        following.complete();
        return Background.await(rest, limit);
    }

    long imageBytes() {
        return imageBytes.get();
    }

    private HookEvent next(HookAction expected, Duration limit)
            throws AgentFailure, InterruptedException, IOException {
        Object event = events.poll(Math.max(0, limit.toNanos()), TimeUnit.NANOSECONDS);
        return switch (event) {
            case null ->
                    throw new AgentFailure(
                            FailureReason.FreezeLimitExceeded,
                            "CRIU did not reach %s of container %s in time"
                                    .formatted(expected.text(), container.name()));
            case HookEvent hookEvent when hookEvent.action() == expected -> hookEvent;
            case Ended ended -> {
                request = null;
                checkSending();
                throw failure(ended);
            }
            default ->
                    throw new AgentFailure(
                            FailureReason.InternalError,
                            "CRIU reported " + event + " where " + expected + " was expected");
        };
    }

    /** A dump ends when its images cannot be sent any more: that is the reason then. */
    private void checkSending() throws AgentFailure, IOException, InterruptedException {
        CompletableFuture<ImageManifest> sending = manifest;
        if (sending != null && sending.isCompletedExceptionally()) {
            Background.await(sending, Duration.ZERO);
        }
    }

    /** CRIU's log knows more than the kubelet's answer. */
    private AgentFailure failure(Ended ended) {
        AgentFailure seen =
                ended.failure() == null
                        ? new AgentFailure(
                                FailureReason.CheckpointFailed,
                                "The checkpoint ended without CRIU's hook")
                        : ended.failure();
        Path log = images.resolveSibling("dump.log");
        return Files.exists(log) ? tools.criuLogs().dumpFailure(log, container.name(), seen) : seen;
    }

    /**
     * Lets CRIU go, which gives up if it has not written everything yet, and waits until CRI-O is
     * done. The answer is always no: CRI-O then writes no archive, which would cost as much as the
     * dump and is of no use. Whether the container runs afterwards is up to its control group.
     */
    void end() throws IOException, InterruptedException {
        returnOptions();
        if (tail != null && (manifest == null || !manifest.isDone())) {
            tail.abort();
        }
        answer(false);
        Thread running = request;
        long deadline = System.nanoTime() + END_LIMIT.toNanos();
        while (running != null && running.isAlive() && System.nanoTime() < deadline) {
            Object event = events.poll(10, TimeUnit.MILLISECONDS);
            if (event instanceof HookEvent hookEvent) {
                // A dump that was given up half-way still comes to its questions.
                waiting = hookEvent;
                answer(false);
            }
        }
        if (running != null && running.isAlive()) {
            LOG.warn(
                    "The checkpoint of container {} of {} has not ended",
                    container.name(),
                    pod.name());
        }
    }

    private void answer(boolean ok) throws IOException {
        HookEvent question = waiting;
        HookChannel channel = hook;
        if (question != null && channel != null) {
            channel.answer(question, ok);
            waiting = null;
        }
    }

    private void returnOptions() throws IOException {
        CriuConfiguration.Lease lease = options;
        if (lease != null) {
            lease.close();
            options = null;
        }
    }

    /** Takes away what only the dump needed. */
    void close() throws IOException, InterruptedException {
        returnOptions();
        if (tail != null) {
            tail.close();
        }
        if (hook != null) {
            hook.remove();
        }
        if (mounted) {
            tools.mounts().unmount(images);
            mounted = false;
        }
        Files.deleteIfExists(images);
        for (String left : LEFT_BY_CRIO) {
            Files.deleteIfExists(images.resolveSibling(left));
        }
    }
}
