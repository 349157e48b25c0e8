package dev.podmigration.agent.source;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.files.FileIdentity;
import dev.podmigration.agent.files.Round;
import dev.podmigration.agent.files.SharedMappings;
import dev.podmigration.agent.files.Snapshot;
import dev.podmigration.agent.files.Tree;
import dev.podmigration.agent.files.TreeSender;
import dev.podmigration.agent.host.Cgroup;
import dev.podmigration.agent.host.PodCgroup;
import dev.podmigration.agent.runtime.PodOnNode;
import dev.podmigration.agent.wire.FilesDone;
import dev.podmigration.agent.wire.SourceMessage;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The pod's file trees, copied in rounds: as often as wanted while it runs, once more when it is
 * stopped.
 */
final class FileRounds {

    private final SourceTools tools;
    private final PodOnNode pod;
    private final SourceLink link;
    private final List<Tree> trees;
    private final LogRounds logs;
    private final TreeSender sender = new TreeSender();
    private final Map<String, Snapshot> sent = new HashMap<>();
    private final Set<FileIdentity> mapped = new HashSet<>();
    private int round;
    private long bytes;

    FileRounds(SourceTools tools, PodOnNode pod, SourceLink link) {
        this.tools = tools;
        this.pod = pod;
        this.link = link;
        this.trees = PodTrees.of(tools.host(), pod);
        this.logs = new LogRounds(tools.host(), pod.containers(), link);
    }

    void running() throws IOException, AgentFailure {
        send(Round.RUNNING);
    }

    void stopped() throws IOException, AgentFailure {
        send(Round.STOPPED);
    }

    /** Content bytes of all rounds. */
    long bytes() {
        return bytes;
    }

    private void send(Round kind) throws IOException, AgentFailure {
        try {
            addMappings();
            round++;
            for (Tree tree : trees) {
                Snapshot snapshot =
                        sender.sendChanges(
                                tree,
                                sent.getOrDefault(tree.name(), Snapshot.none()),
                                mapped,
                                kind,
                                frame -> link.send(SourceMessage.newBuilder().setFile(frame)));
                sent.put(tree.name(), snapshot);
                bytes += snapshot.sent().dataBytes();
            }
            logs.send();
            link.send(
                    SourceMessage.newBuilder()
                            .setFilesDone(
                                    FilesDone.newBuilder()
                                            .setRound(round)
                                            .setLast(kind == Round.STOPPED)));
        } catch (BrokenLinkException e) {
            throw e.failure();
        }
    }

    private void addMappings() throws IOException {
        Optional<PodCgroup> groups = tools.cgroups().ofPod(pod.podUid());
        if (groups.isPresent()) {
            for (Cgroup container : groups.get().containers().values()) {
                for (long pid : container.processes()) {
                    mapped.addAll(SharedMappings.of(tools.host().process(pid, "")));
                }
            }
        }
    }
}
