package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.address.KeptAddresses;
import dev.podmigration.agent.commit.ReceiverCommit;
import dev.podmigration.agent.commit.TargetCommit;
import dev.podmigration.agent.commit.TargetRecord;
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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

    private static final Duration ASK_LIMIT = Duration.ofSeconds(10);

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

    /** Asks the source's record, because the stream that should have brought the answer broke. */
    Event ask(String podUid) {
        try {
            return ask(commit.record(podUid).orElseThrow());
        } catch (AgentFailure failure) {
            return new Event.Stop(failure);
        } catch (IOException e) {
            return new Event.Stop(
                    new AgentFailure(FailureReason.InternalError, "The record cannot be read", e));
        }
    }

    Event.Answer ask(TargetRecord record) throws AgentFailure {
        OutcomeReply reply =
                sources.outcome(
                        record.sourceNode(),
                        record.sourceAddress(),
                        OutcomeRequest.newBuilder()
                                .setCheckpointUid(record.checkpointUid())
                                .setRestoreUid(record.restore().uid())
                                .build(),
                        ASK_LIMIT);
        return new Event.Answer(
                reply.getAnswerCase() == OutcomeReply.AnswerCase.GRANT,
                reply.getRefusal().getReason());
    }
}
