package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.commit.ReceiverDecision;
import dev.podmigration.agent.commit.ReceiverEvent;
import dev.podmigration.agent.commit.ReceiverRecord;
import dev.podmigration.agent.commit.ReceiverState;
import dev.podmigration.agent.images.ImageRoom;
import dev.podmigration.agent.images.ImageWriter;
import dev.podmigration.agent.peer.PeerFailures;
import dev.podmigration.agent.peer.TreeNames;
import dev.podmigration.agent.wire.Fenced;
import dev.podmigration.agent.wire.FileFrame;
import dev.podmigration.agent.wire.FileRecord;
import dev.podmigration.agent.wire.FilesApplied;
import dev.podmigration.agent.wire.FilesDone;
import dev.podmigration.agent.wire.GrantRequest;
import dev.podmigration.agent.wire.Hello;
import dev.podmigration.agent.wire.LogTail;
import dev.podmigration.agent.wire.SourceMessage;
import dev.podmigration.agent.wire.TargetMessage;
import dev.podmigration.agent.wire.Welcome;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What comes to this node for a pod that does not exist yet: memory, files and logs are kept as
 * they arrive, and when all of it is here and right the source is asked for the grant.
 *
 * <p>There is no network to fence and no address to announce: nobody answers for the pod until it
 * exists, and what is sent to it meanwhile is lost. Messages come from one thread at a time; {@link
 * #cancel} may come from any.
 */
final class Reception implements Arrival, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Reception.class);

    private final TargetTools tools;
    private final ReceptionPlace place;
    private final List<String> containers;
    private final long imageLimit;
    private final long roomBytes;
    private final Runnable changed;
    private final Map<String, ImageWriter> images = new HashMap<>();
    private final Map<String, FrameSpool<FileFrame>> spools = new HashMap<>();
    private final Map<String, FrameSpool<LogTail>> logs = new HashMap<>();
    private final Set<String> unended = new HashSet<>();
    private final Set<String> unverified = new HashSet<>();
    private @Nullable ImageRoom room;
    private boolean fenced;
    private boolean filesComplete;
    private volatile @Nullable AgentFailure failure;

    Reception(
            TargetTools tools,
            ReceptionPlace place,
            List<String> containers,
            long imageLimit,
            long roomBytes,
            Runnable changed) {
        this.tools = tools;
        this.place = place;
        this.containers = List.copyOf(containers);
        this.imageLimit = imageLimit;
        this.roomBytes = roomBytes;
        this.changed = changed;
    }

    @Nullable AgentFailure failure() {
        return failure;
    }

    @Override
    public synchronized Welcome greet(String sourceNode, Hello hello)
            throws IOException, AgentFailure {
        if (!hello.getGrantsOnArrival()) {
            throw new AgentFailure(
                    FailureReason.OptionNotSupported,
                    "The agent of node "
                            + sourceNode
                            + " is of an older version, which cannot move a pod that keeps its"
                            + " name");
        }
        if (hello.getInGroup()) {
            throw new AgentFailure(
                    FailureReason.PeerRefused, "A pod that keeps its name cannot move in a group");
        }
        if (fenced || state() != ReceiverState.RECEIVING) {
            throw new AgentFailure(
                    FailureReason.AlreadyMigrating, "Another stream has begun to fill this pod");
        }
        close();
        spools.clear();
        logs.clear();
        unended.clear();
        place.restart();
        room = place.room(roomBytes);
        place.greeted(hello);
        tools.receivers()
                .source(
                        place.uid(),
                        new ReceiverRecord.Source(
                                hello.getCheckpointUid(), sourceNode, hello.getSourceAddress()));
        return Welcome.newBuilder().setImageBytesLimit(imageLimit).setPodComesLater(true).build();
    }

    @Override
    public synchronized void receive(SourceMessage message, Consumer<TargetMessage> replies)
            throws AgentFailure, IOException, InterruptedException {
        switch (message.getBodyCase()) {
            case FILE -> file(message.getFile());
            case FILES_DONE -> filesDone(message.getFilesDone(), replies);
            case LOG -> log(message.getLog());
            case FENCE -> {
                tools.receivers().keep(place.uid(), message.getFence().getAddressesList());
                fenced = true;
                unverified.addAll(containers);
                replies.accept(
                        TargetMessage.newBuilder().setFenced(Fenced.getDefaultInstance()).build());
            }
            case ANNOUNCE -> LOG.debug("{}: announced when the pod exists", place.uid());
            case IMAGE -> {
                String container = known(message.getImage().getContainer());
                ImageWriter writer = images.get(container);
                if (writer == null) {
                    writer = new ImageWriter(place.images(container), imageLimit, room());
                    images.put(container, writer);
                }
                writer.write(message.getImage().getFrame());
            }
            case MANIFEST -> {
                String container = known(message.getManifest().getContainer());
                ImageWriter writer = images.get(container);
                if (writer == null) {
                    throw new AgentFailure(
                            FailureReason.ChecksumMismatch,
                            "No image of container " + container + " arrived");
                }
                writer.verified(message.getManifest().getManifest());
                unverified.remove(container);
                askIfComplete(replies);
            }
            case GRANT -> answered(true, "");
            case REFUSAL -> answered(false, message.getRefusal().getReason());
            case ABORT -> throw PeerFailures.fromWire(message.getAbort());
            case HELLO, BODY_NOT_SET ->
                    throw new AgentFailure(
                            FailureReason.InternalError, "Unexpected " + message.getBodyCase());
        }
    }

    private String known(String container) throws AgentFailure {
        if (!containers.contains(container)) {
            throw new AgentFailure(
                    FailureReason.InternalError, "The PodRestore names no container " + container);
        }
        return container;
    }

    private void file(FileFrame frame) throws IOException, AgentFailure {
        String tree = frame.getTree();
        FrameSpool<FileFrame> spool = spools.get(tree);
        if (spool == null) {
            spool = place.spool(tree);
            spools.put(tree, spool);
        }
        spool.add(frame);
        for (FileRecord record : frame.getRecordsList()) {
            if (record.hasTreeEnd()) {
                unended.remove(tree);
            } else {
                unended.add(tree);
            }
        }
    }

    private void log(LogTail tail) throws IOException, AgentFailure {
        String container = known(tail.getContainer());
        FrameSpool<LogTail> log = logs.get(container);
        if (log == null) {
            log = place.logSpool(container);
            logs.put(container, log);
        }
        log.add(tail);
    }

    /**
     * Content is checked when it is written into the pod; the stream's own checksums have covered
     * its way to this node.
     */
    private ImageRoom room() throws AgentFailure {
        ImageRoom open = room;
        if (open == null) {
            throw new AgentFailure(
                    FailureReason.InternalError, "The source sent something before its greeting");
        }
        return open;
    }

    private void filesDone(FilesDone done, Consumer<TargetMessage> replies)
            throws AgentFailure, IOException, InterruptedException {
        Set<String> missing = new HashSet<>(unended);
        containers.stream()
                .map(TreeNames::root)
                .filter(root -> !spools.containsKey(root))
                .forEach(missing::add);
        if (!missing.isEmpty()) {
            throw new AgentFailure(
                    FailureReason.ChecksumMismatch,
                    "Files of these trees are incomplete: " + missing);
        }
        if (done.getLast()) {
            filesComplete = true;
            askIfComplete(replies);
        } else {
            // The source freezes its pod only after this answer.
            room().await();
            replies.accept(
                    TargetMessage.newBuilder()
                            .setFilesApplied(FilesApplied.newBuilder().setRound(done.getRound()))
                            .build());
        }
    }

    private void askIfComplete(Consumer<TargetMessage> replies) throws IOException, AgentFailure {
        if (!fenced || !filesComplete || !unverified.isEmpty()) {
            return;
        }
        room().close();
        sealSpools();
        place.complete();
        if (tools.receivers().decide(place.uid(), ReceiverEvent.VERIFIED)
                == ReceiverDecision.Action.ASK) {
            replies.accept(
                    TargetMessage.newBuilder()
                            .setGrantRequest(GrantRequest.newBuilder().setRestoreUid(place.uid()))
                            .build());
        }
    }

    private void answered(boolean granted, String reason) throws IOException {
        ReceiverDecision.Action action =
                tools.receivers()
                        .decide(
                                place.uid(),
                                granted ? ReceiverEvent.GRANTED : ReceiverEvent.REFUSED);
        if (action == ReceiverDecision.Action.KILL && failure == null) {
            failure =
                    new AgentFailure(
                            FailureReason.GrantRefused, "The source did not grant: " + reason);
        }
        changed.run();
    }

    /**
     * Before the freeze another stream can send everything again. A pod that has asked for the
     * grant asks again another way; one that has it needs no stream.
     */
    @Override
    public synchronized void streamEnded(AgentFailure why) throws IOException {
        switch (state()) {
            case RECEIVING -> {
                if (fenced) {
                    cancel(why);
                }
            }
            case ASKED -> {
                LOG.warn(
                        "PodRestore {} asks its source's record: {}",
                        place.uid(),
                        why.getMessage());
                Thread.ofPlatform()
                        .daemon()
                        .name("ask-" + place.uid())
                        .start(() -> new GrantQuestion(tools, place.uid()).ask(changed));
            }
            case GRANTED, RESUMED, STARTED_ANEW, CANCELLED ->
                    LOG.debug("PodRestore {}: {}", place.uid(), why.getMessage());
        }
    }

    /** Ends it, unless the grant is here. */
    void cancel(AgentFailure why) throws IOException {
        if (tools.receivers().decide(place.uid(), ReceiverEvent.GIVE_UP)
                        == ReceiverDecision.Action.KILL
                && failure == null) {
            failure = why;
        }
        changed.run();
    }

    private ReceiverState state() throws IOException {
        return tools.receivers()
                .record(place.uid())
                .map(ReceiverRecord::state)
                .orElse(ReceiverState.CANCELLED);
    }

    @Override
    public synchronized void close() throws IOException {
        for (ImageWriter writer : images.values()) {
            writer.close();
        }
        images.clear();
        if (room != null) {
            room.close();
        }
        sealSpools();
    }

    private void sealSpools() throws IOException {
        for (FrameSpool<FileFrame> spool : spools.values()) {
            spool.seal();
        }
        for (FrameSpool<LogTail> log : logs.values()) {
            log.seal();
        }
    }
}
