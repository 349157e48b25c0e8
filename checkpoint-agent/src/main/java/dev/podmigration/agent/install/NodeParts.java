package dev.podmigration.agent.install;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.criu.CriuConfiguration;
import dev.podmigration.agent.guard.HookDirectory;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.HostCommand;
import dev.podmigration.agent.host.HostFile;
import dev.podmigration.agent.host.HostTree;
import dev.podmigration.agent.host.NodeDirectories;
import dev.podmigration.agent.runtime.ContainerRuntime;
import dev.podmigration.agent.runtime.CrioRuntime;
import dev.podmigration.api.v1alpha1.FailureReason;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Puts onto the node what the agent needs there, and takes it away again without a trace.
 *
 * <p>Every step can be repeated, and every file is replaced as a whole, so an agent that is killed
 * in the middle simply does it again. What is named by another file is written before it and
 * removed after it.
 */
public final class NodeParts {

    /** The runtime handler that pods ask for by their runtime class. */
    public static final String HANDLER = RuntimeHandlerFile.HANDLER;

    private static final Set<PosixFilePermission> PROGRAM =
            PosixFilePermissions.fromString("rwxr-xr-x");
    private static final Duration RELOAD_LIMIT = Duration.ofSeconds(15);
    private static final Duration LOOK = Duration.ofMillis(200);

    private final Host host;
    private final String crioSocket;
    private final ContainerRuntime crio;
    private final CrioService service;
    private final HostFile launcher;
    private final HostFile hook;
    private final HostFile realRuntime;
    private final HookDirectory hooks;
    private final CreatedDirectories created;

    public NodeParts(Host host, HostCommand command, String crioSocket, ContainerRuntime crio) {
        this(host, crioSocket, crio, new CrioService.OfNode(host, command));
    }

    NodeParts(Host host, String crioSocket, ContainerRuntime crio, CrioService service) {
        this.host = host;
        this.service = service;
        this.crioSocket = crioSocket;
        this.crio = crio;
        this.launcher = new HostFile(host, NodeDirectories.DATA + "/bin/launcher", PROGRAM);
        this.hook = new HostFile(host, NodeDirectories.DATA + "/bin/hook", PROGRAM);
        this.realRuntime = new HostFile(host, NodeDirectories.DATA + "/runtime");
        this.hooks = new HookDirectory(host);
        this.created = new CreatedDirectories(host);
    }

    /**
     * Puts everything in its place and waits until CRI-O takes it.
     *
     * @throws AgentFailure when the node's runtime is none that can be used, or CRI-O does not take
     *     the handler
     */
    public void install() throws IOException, InterruptedException, AgentFailure {
        CrioRuntime nodesOwn = nodesOwnRuntime();
        CrioProcess process = CrioProcess.find(host, crioSocket);
        HostFile handler = handlerFile(process);
        created.create(NodeDirectories.DATA + "/bin");
        created.create("/etc/criu");
        created.create(process.dropInDirectory());

        realRuntime.write(nodesOwn.path() + "\n");
        hooks.note().writeOrDelete(hooks.choose(crio.configuration().hookDirectories()));
        hook.write(script("hook"));
        launcher.write(script("launcher"));
        CriuConfiguration.of(host, nodesOwn.path()).install();
        String text = RuntimeHandlerFile.text(nodesOwn);
        boolean changed = !handler.read().equals(text);
        handler.write(text);
        // Written by an agent that was killed before it came to the restart.
        boolean unread = !service.hasRead(process, handler.location());
        if (changed || unread || !crio.handlers().contains(HANDLER)) {
            service.restart(process);
        }
        awaitHandler(true);
    }

    /** Looks, and changes nothing. */
    public InstallState state() throws IOException, AgentFailure {
        CrioRuntime nodesOwn = nodesOwnRuntime();
        List<String> missing = new ArrayList<>();
        check(missing, realRuntime, nodesOwn.path() + "\n");
        check(missing, hook, script("hook"));
        check(missing, launcher, script("launcher"));
        check(missing, hooks.note(), hooks.choose(crio.configuration().hookDirectories()));
        check(
                missing,
                handlerFile(CrioProcess.find(host, crioSocket)),
                RuntimeHandlerFile.text(nodesOwn));
        CriuConfiguration criu = CriuConfiguration.of(host, nodesOwn.path());
        if (!criu.isInstalled()) {
            missing.add(criu.path());
        }
        if (!crio.handlers().contains(HANDLER)) {
            missing.add("CRI-O's runtime handler " + HANDLER);
        }
        return new InstallState(missing);
    }

    /**
     * Takes everything away. Only when no operation of the agent is under way.
     *
     * @throws AgentFailure when pods of this node still need the handler: CRI-O could not restart
     *     their containers
     */
    public void uninstall() throws IOException, InterruptedException, AgentFailure {
        List<String> pods = crio.podsOfHandler(HANDLER);
        if (!pods.isEmpty()) {
            throw new AgentFailure(
                    FailureReason.InternalError,
                    "pods of this node were moved here and use the runtime handler: "
                            + String.join(", ", pods),
                    "Delete these pods, or let their owners replace them, then uninstall again.",
                    List.of());
        }
        CrioProcess process = CrioProcess.find(host, crioSocket);
        HostFile handler = handlerFile(process);
        boolean known = handler.exists() || crio.handlers().contains(HANDLER);
        handler.writeOrDelete("");
        if (known) {
            service.restart(process);
            awaitHandler(false);
        }
        for (String runtime : List.of("crun", "runc")) {
            CriuConfiguration.of(host, runtime).remove();
        }
        hooks.clear();
        created.removeEmpty();
        HostTree.delete(host.path(NodeDirectories.STATE));
        HostTree.delete(host.path(NodeDirectories.DATA));
    }

    private HostFile handlerFile(CrioProcess process) {
        // CRI-O takes every file in there for configuration, whatever its name.
        return HostFile.inReadDirectory(host, process.dropInDirectory(), RuntimeHandlerFile.NAME);
    }

    private CrioRuntime nodesOwnRuntime() throws IOException, AgentFailure {
        CrioRuntime runtime = crio.configuration().defaultHandler();
        Path program = host.path(runtime.path());
        if (!runtime.isOci() || !Files.isExecutable(program)) {
            throw new AgentFailure(
                    FailureReason.CheckpointNotSupported,
                    "CRI-O's default runtime %s (type %s) cannot be used"
                            .formatted(runtime.path(), runtime.type()),
                    "Make crun or runc the default runtime of CRI-O.",
                    List.of());
        }
        return runtime;
    }

    private void awaitHandler(boolean wanted)
            throws IOException, InterruptedException, AgentFailure {
        long deadline = System.nanoTime() + RELOAD_LIMIT.toNanos();
        while (!isHandlerKnown(wanted)) {
            if (System.nanoTime() - deadline > 0) {
                throw new AgentFailure(
                        FailureReason.CheckpointNotSupported,
                        "CRI-O did not %s the runtime handler %s after its restart"
                                .formatted(wanted ? "take" : "forget", HANDLER),
                        "See CRI-O's log for \"Unable to reload configuration\".",
                        List.of());
            }
            Thread.sleep(LOOK);
        }
    }

    /** While CRI-O is being restarted it answers nothing. */
    private boolean isHandlerKnown(boolean wanted) {
        try {
            return crio.handlers().contains(HANDLER) == wanted;
        } catch (IOException restarting) {
            return false;
        }
    }

    private static void check(List<String> missing, HostFile file, String wanted)
            throws IOException {
        if (!file.read().equals(wanted)) {
            missing.add(file.path());
        }
    }

    private static String script(String name) throws IOException {
        try (InputStream stream = NodeParts.class.getResourceAsStream("/node/" + name)) {
            if (stream == null) {
                throw new IllegalStateException("the agent was built without its script " + name);
            }
            // HostFile keeps bytes, whatever they mean.
            return new String(stream.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
