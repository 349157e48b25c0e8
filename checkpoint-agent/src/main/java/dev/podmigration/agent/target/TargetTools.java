package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.address.KeptAddresses;
import dev.podmigration.agent.commit.ReceiverCommit;
import dev.podmigration.agent.commit.TargetCommit;
import dev.podmigration.agent.commit.TargetRecord;
import dev.podmigration.agent.commit.TargetState;
import dev.podmigration.agent.criu.CriuLogReader;
import dev.podmigration.agent.fence.FilterId;
import dev.podmigration.agent.fence.PacketFilter;
import dev.podmigration.agent.fence.PreparedChange;
import dev.podmigration.agent.files.TargetTree;
import dev.podmigration.agent.files.TreePath;
import dev.podmigration.agent.host.Cgroup;
import dev.podmigration.agent.host.Cgroups;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.NodeDirectories;
import dev.podmigration.agent.host.TmpfsMounts;
import dev.podmigration.agent.launcher.HookChannel;
import dev.podmigration.agent.launcher.HookEvent;
import dev.podmigration.agent.launcher.RestoreGate;
import dev.podmigration.agent.launcher.RestoreMark;
import dev.podmigration.agent.linux.NetworkNamespace;
import dev.podmigration.agent.linux.Signal;
import dev.podmigration.agent.peer.SourceRecords;
import dev.podmigration.agent.peer.TreeNames;
import dev.podmigration.agent.runtime.ContainerOnNode;
import dev.podmigration.agent.runtime.ContainerRuntime;
import dev.podmigration.agent.runtime.PodOnNode;
import dev.podmigration.agent.target.RestoreTarget.Event;
import dev.podmigration.agent.wire.OutcomeReply;
import dev.podmigration.agent.wire.OutcomeRequest;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Everything of the node that a coming pod is handled with. */
public record TargetTools(
        Host host,
        NodeDirectories directories,
        TmpfsMounts mounts,
        Cgroups cgroups,
        ContainerRuntime runtime,
        CriuLogReader criuLogs,
        PacketFilter filter,
        KeptAddresses addresses,
        SourceRecords sources,
        TargetCommit commit,
        ReceiverCommit receivers,
        Path kubeletRoot) {

    private static final Logger LOG = LoggerFactory.getLogger(TargetTools.class);
    private static final Duration ASK_LIMIT = Duration.ofSeconds(10);

    /** A source that is away comes back in seconds, or is looked after by a person. */
    private static final Duration ASK_PAUSE = Duration.ofSeconds(1);

    /** Unit: bytes. {@code MemAvailable} of proc_meminfo(5). */
    long availableMemoryBytes() throws IOException {
        return Files.readAllLines(host.path("/proc/meminfo")).stream()
                .filter(line -> line.startsWith("MemAvailable:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(0);
    }

    PodOnNode pod(String podUid) throws IOException, AgentFailure {
        return runtime.pod(podUid)
                .orElseThrow(
                        () ->
                                new AgentFailure(
                                        FailureReason.RestoreFailed,
                                        "CRI-O has no sandbox of the target pod"));
    }

    Path networkNamespace(String podUid) throws IOException, AgentFailure {
        return host.path(
                pod(podUid)
                        .networkNamespace()
                        .orElseThrow(
                                () ->
                                        new AgentFailure(
                                                FailureReason.HostNetwork,
                                                "The target pod has the network of its node")));
    }

    /** The root of a container that a launcher holds back; its mounts are not written to. */
    TargetTree root(String bundle) throws IOException {
        ContainerOnNode container = runtime.fromBundle(bundle);
        Set<TreePath> mounts =
                container.mounts().stream()
                        .map(mount -> TreePath.of(mount.containerPath().replaceFirst("^/+", "")))
                        .collect(Collectors.toSet());
        return new TargetTree(host.path(container.rootDirectory()), mounts, false);
    }

    /** The directory in which the kubelet keeps the volumes of a pod. */
    Path volumes(String podUid) {
        return kubeletRoot.resolve("pods").resolve(podUid).resolve("volumes");
    }

    /** Where a volume of the pod is on this node. */
    TargetTree tree(String podUid, String name) throws IOException, AgentFailure {
        Optional<String> emptyDir = TreeNames.emptyDir(name);
        if (emptyDir.isPresent()) {
            Path volume =
                    volumes(podUid).resolve("kubernetes.io~empty-dir").resolve(emptyDir.get());
            if (Files.isDirectory(volume)) {
                return TargetTree.of(volume);
            }
        } else if (name.equals(TreeNames.SHM) && pod(podUid).shmDirectory().isPresent()) {
            return TargetTree.of(host.path(pod(podUid).shmDirectory().get()));
        }
        throw new AgentFailure(FailureReason.VolumeNotMovable, "The target pod has no " + name);
    }

    Optional<Cgroup> cgroup(String podUid, String containerId) throws IOException {
        return cgroups.ofPod(podUid).flatMap(pod -> pod.container(containerId));
    }

    /** Lets a container go that was restored before the last one. */
    void continueTasks(String podUid, String containerId) throws IOException {
        Optional<Cgroup> container = cgroup(podUid, containerId);
        if (container.isPresent()) {
            for (long pid : container.get().processes()) {
                Signal.CONTINUE.sendIfAlive(pid);
            }
        }
    }

    /**
     * Kills what was restored of a container that the runtime knows nothing of: the kubelet makes
     * another one, and beside it this would be a second copy that nobody ever ends.
     *
     * @return whether there was one
     */
    boolean endForsaken(RestoreGate gate, HookChannel hook, String podUid) throws IOException {
        Optional<String> forsaken = gate.forsaken();
        if (forsaken.isPresent()) {
            LOG.warn("Container {} of pod {} was forsaken by its launcher", forsaken.get(), podUid);
            gate.refuseForsaken(forsaken.get(), hook);
            killTasks(podUid, forsaken.get());
        }
        return forsaken.isPresent();
    }

    /**
     * Lets launchers start the pod like any other.
     *
     * @param ended of containers that were ended: the kubelet's next launcher may be there already,
     *     and would wait to be told to restore
     */
    void letStart(String podUid, List<RestoreGate> ended) throws IOException {
        RestoreMark.COMMITTED.set(directories, podUid);
        for (RestoreGate gate : ended) {
            gate.cancel("the container is started anew");
        }
    }

    /** CRIU goes on, if that is what it waits for. */
    void agree(RestoreGate gate, HookEvent event) {
        if (event.action().waitsForAnswer()) {
            try {
                HookChannel.answer(gate, event, true);
            } catch (IOException e) {
                LOG.error("CRIU waits at {} for an answer to {}", gate.directory(), event, e);
            }
        }
    }

    /**
     * Waits until restored containers are started, and ends those that cannot be, because the
     * runtime has forgotten them: the kubelet makes others.
     *
     * @return why the pod was started anew, if it was
     */
    Optional<AgentFailure> seeStarted(String podUid, Iterable<String> containerIds)
            throws InterruptedException {
        List<String> forgotten = new MissingStart(runtime, directories).make(containerIds);
        for (String id : forgotten) {
            try {
                killTasks(podUid, id);
                Files.deleteIfExists(directories.restored(id));
            } catch (IOException e) {
                LOG.error("Container {} of pod {} cannot be ended", id, podUid, e);
            }
        }
        return forgotten.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        StartedAnew.because(
                                "the container runtime ended while it made the container, and"
                                        + " forgot it",
                                List.of()));
    }

    /** Kills what was restored of a container, stopped or not. */
    void killTasks(String podUid, String containerId) throws IOException {
        Optional<Cgroup> container = cgroup(podUid, containerId);
        if (container.isPresent()) {
            container.get().killAll();
        }
    }

    /**
     * The pod is gone; what the filter has for its interface would catch the next one of that name.
     */
    void liftOnNode(String podUid) throws IOException {
        try (NetworkNamespace node = NetworkNamespace.ofThisProcess();
                PreparedChange lift = filter.lift(new FilterId(podUid), node)) {
            lift.apply();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("The agent is stopping", e);
        }
    }

    /**
     * Asks the source's record, because the stream that should have brought the answer broke.
     *
     * @return what it says, or that it could not be asked; empty if by now nobody has to know
     */
    Optional<Event> ask(String podUid) {
        try {
            TargetRecord record = commit.record(podUid).orElseThrow();
            return record.inGroup()
                    ? insist(podUid).map(Event.class::cast)
                    : Optional.of(ask(record));
        } catch (AgentFailure failure) {
            return Optional.of(new Event.Stop(failure));
        } catch (IOException e) {
            return Optional.of(new Event.Stop(AgentFailure.ofNode("The record cannot be read", e)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /**
     * Asks until there is an answer, because others may run for the reason that this pod has asked.
     *
     * @return empty if the pod was given up meanwhile
     */
    Optional<Event.Answer> insist(String podUid) throws IOException, InterruptedException {
        while (true) {
            Optional<TargetRecord> record =
                    commit.record(podUid).filter(found -> found.state() == TargetState.ASKED);
            if (record.isEmpty()) {
                return Optional.empty();
            }
            try {
                OutcomeReply reply = outcome(record.get());
                if (!reply.hasPending()) {
                    return Optional.of(answer(reply));
                }
            } catch (AgentFailure e) {
                LOG.warn(
                        "{}: the source could not be asked, and is asked again: {}",
                        record.get().restore(),
                        e.getMessage());
            }
            Thread.sleep(ASK_PAUSE);
        }
    }

    Event.Answer ask(TargetRecord record) throws AgentFailure {
        return answer(outcome(record));
    }

    private static Event.Answer answer(OutcomeReply reply) {
        return new Event.Answer(
                reply.getAnswerCase() == OutcomeReply.AnswerCase.GRANT,
                reply.getRefusal().getReason());
    }

    private OutcomeReply outcome(TargetRecord record) throws AgentFailure {
        return sources.outcome(
                record.sourceNode(),
                record.sourceAddress(),
                OutcomeRequest.newBuilder()
                        .setCheckpointUid(record.checkpointUid())
                        .setRestoreUid(record.restore().uid())
                        .build(),
                ASK_LIMIT);
    }
}
