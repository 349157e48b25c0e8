package dev.podmigration.agent.target;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.commit.TargetRecord;
import dev.podmigration.agent.host.HostTree;
import dev.podmigration.agent.launcher.HookChannel;
import dev.podmigration.agent.launcher.RestoreGate;
import dev.podmigration.agent.launcher.RestoreMark;
import dev.podmigration.agent.runtime.PodOnNode;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A restore that an agent before this one began, seen by what it left on the node: the record,
 * pipes of launchers and hooks, stopped processes. After a reboot only the record is there.
 */
final class LeftRestore implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LeftRestore.class);

    private final TargetTools tools;
    private final TargetRecord record;
    private final List<HookChannel> channels = new ArrayList<>();
    private volatile @Nullable AgentFailure startedAnew;

    LeftRestore(TargetTools tools, TargetRecord record) {
        this.tools = tools;
        this.record = record;
    }

    /** Why memory was lost after the grant, if it was: the kubelet starts the container anew. */
    Optional<AgentFailure> startedAnew() {
        return Optional.ofNullable(startedAnew);
    }

    /** CRIU has put the last container together and waits for what its agent says. */
    boolean isComplete() throws IOException {
        Optional<RestoreGate> last = gate(record.containers().getLast());
        if (last.isEmpty()) {
            return false;
        }
        try (HookChannel channel = HookChannel.ofRestore(last.get(), event -> {})) {
            return channel.waiting().isPresent();
        }
    }

    /** Nothing of the pod runs afterwards, nor ever will. May be repeated. */
    void kill(String reason) throws IOException {
        RestoreMark.CANCELLED.set(tools.directories(), record.podUid());
        end(reason);
    }

    /** Nothing of the pod runs afterwards. Launchers that come later may try again. */
    void end(String reason) throws IOException {
        for (String container : record.containers()) {
            Optional<RestoreGate> gate = gate(container);
            if (gate.isPresent()) {
                refuse(gate.get());
                gate.get().cancel(reason);
                for (String id : gate.get().containerIds()) {
                    tools.killTasks(record.podUid(), id);
                }
            }
        }
        giveAddressesBack();
    }

    private static void refuse(RestoreGate gate) throws IOException {
        try (HookChannel channel = HookChannel.ofRestore(gate, event -> {})) {
            gate.refuse(channel);
        }
    }

    /** The source answers on its addresses again. */
    void giveAddressesBack() {
        try {
            Optional<String> namespace =
                    record.keptAddresses().isEmpty()
                            ? Optional.empty()
                            : tools.runtime()
                                    .pod(record.podUid())
                                    .flatMap(PodOnNode::networkNamespace);
            if (namespace.isPresent()) {
                Network.abandon(
                        tools.addresses(),
                        tools.host().path(namespace.get()),
                        record.keptAddresses());
            }
        } catch (IOException e) {
            // Its pod is about to be deleted, and is silent behind the filter until then.
            LOG.warn("{}: the target still has addresses of the source", record.restore(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The grant is on disk: whatever the agent before this one did not come to for it is done now.
     * CRIU may have further questions, which are answered until this is closed.
     *
     * <p>Without a sandbox nothing of it has outlived a reboot; the kubelet starts the pod anew.
     *
     * @throws AgentFailure if the pod has the network of its node
     */
    void letGo() throws IOException, InterruptedException, AgentFailure {
        if (RestoreMark.COMMITTED.isSet(tools.directories(), record.podUid())) {
            endForsaken();
            freeImages();
            seeStarted();
            return;
        }
        if (tools.runtime().pod(record.podUid()).isEmpty()) {
            RestoreMark.COMMITTED.set(tools.directories(), record.podUid());
            startedAnew =
                    StartedAnew.because("its node was restarted before it ran there", List.of());
            LOG.info("{}: the pod starts anew after a restart of the node", record.restore());
            return;
        }
        List<RestoreGate> forsaken = endForsaken();
        Path namespace = tools.networkNamespace(record.podUid());
        Network.lift(tools.filter(), record.podUid(), namespace);
        for (String container : record.containers()) {
            Optional<RestoreGate> gate = gate(container);
            if (gate.isPresent()) {
                channels.add(
                        HookChannel.ofRestore(gate.get(), event -> tools.agree(gate.get(), event)));
            }
        }
        // The last one was not stopped by a signal: only the hook holds it.
        for (String container : record.containers().subList(0, record.containers().size() - 1)) {
            Optional<RestoreGate> gate = gate(container);
            if (gate.isPresent()) {
                for (String id : gate.get().containerIds()) {
                    tools.continueTasks(record.podUid(), id);
                }
            }
        }
        tools.letStart(record.podUid(), forsaken);
        LOG.info("{}: the pod goes on after a restart of the agent", record.restore());
        seeStarted();
    }

    private List<RestoreGate> endForsaken() throws IOException {
        List<RestoreGate> forsaken = new ArrayList<>();
        for (String container : record.containers()) {
            Optional<RestoreGate> gate = gate(container);
            if (gate.isPresent() && endForsaken(gate.get())) {
                forsaken.add(gate.get());
                startedAnew =
                        StartedAnew.because(
                                "the launcher of container "
                                        + container
                                        + " ended without a result",
                                List.of());
            }
        }
        return forsaken;
    }

    private boolean endForsaken(RestoreGate gate) throws IOException {
        try (HookChannel channel = HookChannel.ofRestore(gate, event -> {})) {
            return tools.endForsaken(gate, channel, record.podUid());
        }
    }

    /** Beside everything else: the kubelet has some seconds for it. */
    private void seeStarted() throws IOException {
        List<String> ids = new ArrayList<>();
        for (String container : record.containers()) {
            Optional<RestoreGate> gate = gate(container);
            if (gate.isPresent()) {
                ids.addAll(gate.get().containerIds());
            }
        }
        Thread.ofPlatform()
                .daemon()
                .name("start-" + record.podUid())
                .start(
                        () -> {
                            try {
                                tools.seeStarted(record.podUid(), ids)
                                        .ifPresent(anew -> startedAnew = anew);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
    }

    /** The agent before this one may not have come to it. */
    private void freeImages() throws IOException {
        for (String container : record.containers()) {
            HostTree.delete(
                    tools.directories().restore(record.podUid(), container).resolve("images"));
        }
    }

    private Optional<RestoreGate> gate(String container) throws IOException {
        return Files.isDirectory(tools.directories().restore(record.podUid(), container))
                ? Optional.of(RestoreGate.open(tools.directories(), record.podUid(), container))
                : Optional.empty();
    }

    @Override
    public void close() throws IOException {
        for (HookChannel channel : channels) {
            channel.close();
        }
    }
}
