package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.LongFreeze;
import dev.podmigration.agent.StepTimes;
import dev.podmigration.agent.commit.TargetRecord;
import dev.podmigration.agent.commit.TargetState;
import dev.podmigration.agent.files.TreeWriter;
import dev.podmigration.agent.images.ImageRoom;
import dev.podmigration.agent.launcher.HookAction;
import dev.podmigration.agent.launcher.RestoreOption;
import dev.podmigration.agent.linux.MacAddress;
import dev.podmigration.agent.peer.PeerFailures;
import dev.podmigration.agent.peer.TreeNames;
import dev.podmigration.agent.target.RestoreTarget.Event;
import dev.podmigration.agent.wire.Fence;
import dev.podmigration.agent.wire.Fenced;
import dev.podmigration.agent.wire.FileFrame;
import dev.podmigration.agent.wire.FilesApplied;
import dev.podmigration.agent.wire.FilesDone;
import dev.podmigration.agent.wire.Hello;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.agent.wire.Welcome;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.PodRestore;
import dev.podmigration.api.v1alpha1.RestoreAddress;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One pod that waits on this node, and what its source sends. Messages come from one thread at a
 * time.
 */
final class ArmedPod implements Arrival, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ArmedPod.class);

    /**
     * The source's own limit comes first and breaks the stream; this one only bounds a source that
     * hangs.
     */
    private static final Duration RESTORE_LIMIT = Duration.ofMinutes(12);

    private final TargetTools tools;
    private final PodRestore restore;
    private final String podUid;
    private final long imageLimit;
    private final ImageRoom room;
    private final Runnable changed;
    private final Map<String, ContainerPlace> places = new HashMap<>();
    private final Map<String, TreeWriter> volumes = new HashMap<>();
    private final Set<String> unverified = new HashSet<>();
    private volatile boolean armed;
    private volatile @Nullable AgentFailure failure;
    private volatile @Nullable RestoreTarget running;
    private volatile @Nullable Thread worker;
    private volatile boolean over;
    private volatile @Nullable AgentFailure startedAnew;
    private @Nullable Network network;
    private boolean filesComplete;

    private ArmedPod(
            TargetTools tools,
            PodRestore restore,
            long imageLimit,
            ImageRoom room,
            Runnable changed) {
        this.tools = tools;
        this.room = room;
        this.restore = restore;
        this.podUid = restore.getSpec().getPodUid();
        this.imageLimit = imageLimit;
        this.changed = changed;
    }

    /**
     * For a pod that waits to be restored.
     *
     * @param roomBytes of memory to be taken for the images, as {@link ImageRoom} counts them
     */
    static ArmedPod open(
            TargetTools tools,
            PodRestore restore,
            long imageLimit,
            long roomBytes,
            Runnable changed)
            throws IOException {
        ImageRoom room =
                ImageRoom.take(
                        tools.directories().restores(restore.getSpec().getPodUid()), roomBytes);
        ArmedPod pod = new ArmedPod(tools, restore, imageLimit, room, changed);
        List<String> names = restore.getSpec().getContainers();
        for (int i = 0; i < names.size(); i++) {
            int index = i;
            String name = names.get(i);
            pod.places.put(
                    name,
                    ContainerPlace.open(
                            tools,
                            pod.podUid,
                            name,
                            event -> {
                                RestoreTarget target = pod.running;
                                if (target != null && MATTERS.contains(event.action())) {
                                    target.post(new Event.Hook(index, event));
                                }
                            }));
        }
        return pod;
    }

    private static final Set<HookAction> MATTERS =
            Set.of(HookAction.POST_RESTORE, HookAction.PRE_RESUME, HookAction.POST_RESUME);

    /** Waits on its own thread for the first launcher. */
    void awaitArmed(Duration limit) {
        worker =
                Thread.ofPlatform()
                        .daemon()
                        .name("arm-" + podUid)
                        .start(
                                () -> {
                                    try {
                                        places.get(restore.getSpec().getContainers().getFirst())
                                                .arm(limit);
                                        armed = true;
                                    } catch (AgentFailure e) {
                                        failure = e;
                                    } catch (IOException e) {
                                        failure =
                                                AgentFailure.ofNode(
                                                        "The launcher cannot be waited for", e);
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                    changed.run();
                                });
    }

    /** The source is the one to ask after a restart. */
    @Override
    public Welcome greet(String sourceNode, Hello hello)
            throws IOException, AgentFailure, InterruptedException {
        if (network != null) {
            throw new AgentFailure(
                    FailureReason.AlreadyMigrating, "Another stream has begun to fill this pod");
        }
        if (hello.getAddressesCount() > 0) {
            SharedSegment.require(
                    tools.networkNamespace(podUid),
                    hello.getAddressesList(),
                    MacAddress.of(hello.getMac().toByteArray()));
        }
        tools.commit()
                .source(
                        podUid,
                        hello.getCheckpointUid(),
                        sourceNode,
                        hello.getSourceAddress(),
                        hello.getInGroup());
        DataDirectoryLinks.make(tools.volumes(podUid), hello.getDataDirectoriesList());
        return Welcome.newBuilder().setImageBytesLimit(imageLimit).setKnowsGroups(true).build();
    }

    /**
     * The stream is over. A pod that has asked for the grant asks again another way; one that only
     * received files can receive them again; anything between is given up.
     */
    @Override
    public void streamEnded(AgentFailure why) throws IOException {
        if (network != null) {
            TargetState state =
                    tools.commit()
                            .record(podUid)
                            .map(TargetRecord::state)
                            .orElse(TargetState.CANCELLED);
            switch (state) {
                case ARMED, RESTORING -> cancel(why);
                case ASKED -> {
                    LOG.warn("Pod {} asks its source's record: {}", podUid, why.getMessage());
                    RestoreTarget target = running;
                    if (target != null) {
                        target.askRecord();
                    }
                }
                case RESUMED, CANCELLED -> LOG.debug("Pod {}: {}", podUid, why.getMessage());
            }
        }
    }

    boolean isArmed() {
        return armed;
    }

    Optional<AgentFailure> failure() {
        return Optional.ofNullable(failure);
    }

    /** Why the pod was started anew, if it was. */
    Optional<AgentFailure> startedAnew() {
        return Optional.ofNullable(startedAnew);
    }

    /** The restore was begun and has not come to its end. */
    boolean isRestoring() {
        return running != null && !over;
    }

    Optional<StepTimes> steps() {
        return Optional.ofNullable(running).map(RestoreTarget::steps);
    }

    @Override
    public void receive(SourceMessage message, Consumer<TargetMessage> replies)
            throws AgentFailure, IOException, InterruptedException {
        switch (message.getBodyCase()) {
            case FILE -> file(message.getFile());
            case FILES_DONE -> filesDone(message.getFilesDone(), replies);
            case LOG -> place(message.getLog().getContainer()).log(message.getLog());
            case FENCE -> fence(message.getFence(), replies);
            case ANNOUNCE -> {
                if (network != null) {
                    network.announce();
                }
            }
            case IMAGE ->
                    place(message.getImage().getContainer())
                            .image(message.getImage().getFrame(), imageLimit, room);
            case MANIFEST -> {
                String container = message.getManifest().getContainer();
                place(container).verify(message.getManifest().getManifest());
                unverified.remove(container);
                restoreIfComplete(replies);
            }
            case GRANT -> post(new Event.Answer(true, ""));
            case REFUSAL -> post(new Event.Answer(false, message.getRefusal().getReason()));
            case ABORT -> throw PeerFailures.fromWire(message.getAbort());
            case HELLO, BODY_NOT_SET ->
                    throw new AgentFailure(
                            FailureReason.InternalError, "Unexpected " + message.getBodyCase());
        }
    }

    private void file(FileFrame frame) throws IOException, AgentFailure {
        String tree = frame.getTree();
        Optional<String> container = TreeNames.container(tree);
        if (container.isPresent()) {
            place(container.get()).file(frame);
        } else {
            TreeWriter writer = volumes.get(tree);
            if (writer == null) {
                writer = new TreeWriter(Map.of(tree, tools.tree(podUid, tree)));
                volumes.put(tree, writer);
            }
            writer.apply(frame);
        }
    }

    private void filesDone(FilesDone done, Consumer<TargetMessage> replies)
            throws AgentFailure, IOException, InterruptedException {
        for (ContainerPlace place : places.values()) {
            place.endRound();
        }
        for (TreeWriter volume : volumes.values()) {
            volume.endRound();
        }
        if (done.getLast()) {
            filesComplete = true;
            restoreIfComplete(replies);
        } else {
            // The source freezes its pod only after this answer.
            room.await();
            replies.accept(
                    TargetMessage.newBuilder()
                            .setFilesApplied(FilesApplied.newBuilder().setRound(done.getRound()))
                            .build());
        }
    }

    private void fence(Fence fence, Consumer<TargetMessage> replies)
            throws AgentFailure, IOException, InterruptedException {
        Network fenced =
                Network.open(
                        tools.filter(), tools.addresses(), podUid, tools.networkNamespace(podUid));
        network = fenced;
        tools.commit().keep(podUid, fence.getAddressesList());
        fenced.fence(fence.getAddressesList());
        unverified.addAll(places.keySet());
        replies.accept(TargetMessage.newBuilder().setFenced(Fenced.getDefaultInstance()).build());
    }

    private Set<RestoreOption> options() {
        // Until it is granted the source has the pod, and nobody restores these images again.
        return restore.getSpec().getAddress() == RestoreAddress.New
                ? Set.of(RestoreOption.FREE_IMAGES, RestoreOption.TCP_CLOSE)
                : Set.of(RestoreOption.FREE_IMAGES);
    }

    private void restoreIfComplete(Consumer<TargetMessage> replies) throws IOException {
        Network fenced = network;
        if (!filesComplete || !unverified.isEmpty() || fenced == null || running != null) {
            return;
        }
        room.close();
        List<ContainerPlace> inOrder =
                restore.getSpec().getContainers().stream().map(places::get).toList();
        RestoreTarget target =
                new RestoreTarget(tools, podUid, decisions(), inOrder, fenced, options(), replies);
        running = target;
        worker =
                Thread.ofPlatform()
                        .daemon()
                        .name("restore-" + podUid)
                        .start(() -> run(target, replies));
        LongFreeze.then("restoring-status", changed);
    }

    private void run(RestoreTarget target, Consumer<TargetMessage> replies) {
        boolean runs = false;
        try {
            target.run(restore.getMetadata().getUid(), RESTORE_LIMIT);
            runs = true;
        } catch (AgentFailure e) {
            fail(target, e, replies);
        } catch (IOException e) {
            fail(target, AgentFailure.ofNode("The restore failed", e), replies);
        } catch (InterruptedException e) {
            fail(
                    target,
                    new AgentFailure(FailureReason.Cancelled, "The agent is stopping", e),
                    replies);
        }
        if (runs) {
            seeStarted();
        }
        over = true;
        changed.run();
        if (runs) {
            tidyUp();
        }
    }

    /**
     * Beside the pod, which runs: takes down what only its restore needed, and makes its files
     * survive a power failure.
     */
    private synchronized void tidyUp() {
        try {
            if (network != null) {
                network.dismantle();
            }
            for (ContainerPlace place : places.values()) {
                place.tidyUp();
            }
            for (TreeWriter volume : volumes.values()) {
                volume.sync();
                volume.close();
            }
        } catch (IOException e) {
            LOG.error(
                    "Pod {} runs, but its files may not survive a power failure, and its images"
                            + " may take up memory until it ends",
                    podUid,
                    e);
        }
    }

    /** Before anybody is told that the pod runs here: the runtime may have forgotten it. */
    private void seeStarted() {
        try {
            startedAnew =
                    tools.seeStarted(
                                    podUid,
                                    places.values().stream()
                                            .flatMap(place -> place.containerId().stream())
                                            .toList())
                            .orElse(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void fail(RestoreTarget target, AgentFailure why, Consumer<TargetMessage> replies) {
        failure = why;
        LOG.warn(
                "Pod {} is not restored: {}: {}",
                podUid,
                why.reason(),
                why.getMessage(),
                why.getCause());
        try {
            startedAnew = target.kill(why).orElse(null);
        } catch (IOException | InterruptedException e) {
            // The record and the launcher's mark decide; what is left is silent behind the filter.
            LOG.error("Pod {} could not be cleaned up", podUid, e);
        }
        replies.accept(TargetMessage.newBuilder().setFailed(PeerFailures.toWire(why)).build());
    }

    /** Ends whatever is under way, unless the pod runs already. */
    void cancel(AgentFailure why) throws IOException {
        RestoreTarget target = running;
        if (target != null) {
            target.post(new Event.Stop(why));
            return;
        }
        Thread waiting = worker;
        if (waiting != null) {
            waiting.interrupt();
        }
        failure = why;
        try {
            new RestoreTarget(
                            tools,
                            podUid,
                            decisions(),
                            new ArrayList<>(places.values()),
                            network,
                            Set.of(),
                            message -> {})
                    .kill(why);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        changed.run();
    }

    private RunDecisions decisions() {
        return RunDecisions.asking(tools.commit(), tools.directories(), podUid);
    }

    private void post(Event event) throws AgentFailure {
        RestoreTarget target = running;
        if (target == null) {
            throw new AgentFailure(
                    FailureReason.InternalError, "An answer came before the question");
        }
        target.post(event);
    }

    private ContainerPlace place(String container) throws AgentFailure {
        ContainerPlace place = places.get(container);
        if (place == null) {
            throw new AgentFailure(
                    FailureReason.InternalError, "The PodRestore names no container " + container);
        }
        return place;
    }

    @Override
    public synchronized void close() throws IOException {
        room.close();
        for (ContainerPlace place : places.values()) {
            place.close();
        }
        for (TreeWriter volume : volumes.values()) {
            volume.close();
        }
        if (network != null) {
            network.close();
        }
    }
}
