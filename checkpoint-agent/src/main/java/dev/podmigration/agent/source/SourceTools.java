package dev.podmigration.agent.source;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.archive.ArchiveShelf;
import dev.podmigration.agent.commit.SourceCommit;
import dev.podmigration.agent.criu.CriuConfiguration;
import dev.podmigration.agent.criu.CriuLogReader;
import dev.podmigration.agent.fence.PacketFilter;
import dev.podmigration.agent.heap.HeapTrim;
import dev.podmigration.agent.host.Cgroups;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.NodeDirectories;
import dev.podmigration.agent.host.TmpfsMounts;
import dev.podmigration.agent.inspect.ContainerInspector;
import dev.podmigration.agent.launcher.HookChannel;
import dev.podmigration.agent.peer.PeerClient;
import dev.podmigration.agent.runtime.ContainerOnNode;
import dev.podmigration.agent.runtime.ContainerRuntime;
import dev.podmigration.agent.runtime.Kubelet;
import dev.podmigration.agent.runtime.PodOnNode;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everything of the node that a leaving pod is handled with.
 *
 * @param ownAddress {@code host:port} at which this agent answers others
 */
public record SourceTools(
        Host host,
        NodeDirectories directories,
        TmpfsMounts mounts,
        Cgroups cgroups,
        ContainerRuntime runtime,
        Kubelet kubelet,
        CriuConfiguration criuConfiguration,
        CriuLogReader criuLogs,
        ContainerInspector inspector,
        HeapTrim heaps,
        PacketFilter filter,
        SourceAddresses addresses,
        PeerClient peers,
        SourceCommit commit,
        ArchiveShelf archives,
        String ownAddress) {

    /** The pod, with the containers of that names in that order, all running. */
    PodOnNode pod(String podUid, List<String> names) throws AgentFailure, IOException {
        PodOnNode pod =
                runtime.pod(podUid)
                        .orElseThrow(
                                () ->
                                        new AgentFailure(
                                                FailureReason.PodNotRunning,
                                                "CRI-O has no sandbox of pod " + podUid));
        List<ContainerOnNode> containers = new ArrayList<>();
        for (String name : names) {
            containers.add(
                    pod.container(name)
                            .filter(ContainerOnNode::isRunning)
                            .orElseThrow(
                                    () ->
                                            new AgentFailure(
                                                    FailureReason.PodNotRunning,
                                                    "Container "
                                                            + name
                                                            + " of the pod does not run")));
        }
        return new PodOnNode(
                pod.podUid(),
                pod.namespace(),
                pod.name(),
                pod.sandboxId(),
                pod.runtimeHandler(),
                pod.networkNamespace(),
                pod.shmDirectory(),
                containers);
    }

    /** Which of these containers run. */
    List<String> running(String podUid, List<String> names) throws IOException {
        Optional<PodOnNode> pod = names.isEmpty() ? Optional.empty() : runtime.pod(podUid);
        return names.stream()
                .filter(
                        name ->
                                pod.flatMap(found -> found.container(name))
                                        .filter(ContainerOnNode::isRunning)
                                        .isPresent())
                .toList();
    }

    Path networkNamespace(PodOnNode pod) throws AgentFailure {
        return host.path(
                pod.networkNamespace()
                        .orElseThrow(
                                () ->
                                        new AgentFailure(
                                                FailureReason.HostNetwork,
                                                "Pod "
                                                        + pod.name()
                                                        + " has the network of its node")));
    }

    /**
     * Hooks of these containers that still wait, for example since before a restart of this agent,
     * are told no.
     */
    void letHooksGo(List<String> containerIds) throws IOException {
        refuseHooks(containerIds).close();
    }

    /**
     * The same, also for hooks that come before it is closed: of a dump that goes on although the
     * agent that wanted it is gone.
     */
    RefusedHooks refuseHooks(List<String> containerIds) throws IOException {
        List<HookChannel> channels = new ArrayList<>();
        for (String id : containerIds) {
            HookChannel.refusing(directories, id).ifPresent(channels::add);
        }
        return new RefusedHooks(channels);
    }

    record RefusedHooks(List<HookChannel> channels) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            for (HookChannel channel : channels) {
                channel.remove();
            }
        }
    }
}
