package dev.podmigration.agent.guard;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.podmigration.agent.commit.StartGuard;
import dev.podmigration.agent.linux.Durability;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Refuses by an OCI hook in the directory that CRI-O reads when it starts, and watches from then
 * on: one file a pod, there only while the pod is refused. Other pods of the node meet the hook
 * only in that time. Thread-safe for different pods.
 */
public final class HookGuard implements StartGuard {

    private static final Logger LOG = LoggerFactory.getLogger(HookGuard.class);

    /** CRI-O takes only what ends like this (go.podman.io/common/pkg/hooks/read.go). */
    private static final String REFUSED = ".json";

    private static final String PREPARED = ".prepared";

    private static final Pattern POD_UID = Pattern.compile("[0-9a-zA-Z-]{1,64}");

    private static final String SHELL = "/bin/sh";

    private static final int TIMEOUT_SECONDS = 10;

    /**
     * The container's state is on standard input. The uid is there as the kubelet's label, which
     * CRI-O writes over any annotation of that name (internal/factory/container/container.go, CRI-O
     * 1.36). Without an answer nothing is started.
     */
    private static final String SCRIPT =
            """
            found=0
            grep "\\"io\\.kubernetes\\.pod\\.uid\\"[[:space:]]*:[[:space:]]*\\"$1\\"" >/dev/null || found=$?
            [ "$found" -ne 1 ] || exit 0
            echo "podmigration: pod $1 was given to another node and may run there" >&2
            exit 1
            """;

    private final HookDirectory directory;

    public HookGuard(HookDirectory directory) {
        this.directory = directory;
    }

    @Override
    public void prepare(String podUid) throws IOException {
        Optional<Path> hooks = directory.find();
        if (hooks.isEmpty()) {
            LOG.warn(
                    "CRI-O has no directory for hooks that outlives a restart of the node: if that"
                            + " happens after the grant, pod {} is started here again",
                    podUid);
            return;
        }
        write(file(hooks.get(), podUid, PREPARED), podUid);
    }

    /** A decision must need neither room on the disk nor time: the file is only renamed. */
    @Override
    public void refuse(String podUid) throws IOException {
        Optional<Path> hooks = directory.find();
        if (hooks.isEmpty()) {
            return;
        }
        Path refused = file(hooks.get(), podUid, REFUSED);
        if (Files.notExists(refused)) {
            Path prepared = file(hooks.get(), podUid, PREPARED);
            if (Files.notExists(prepared)) {
                write(prepared, podUid);
            }
            Files.move(prepared, refused, StandardCopyOption.ATOMIC_MOVE);
        }
        Durability.sync(hooks.get());
    }

    @Override
    public void allow(String podUid) throws IOException {
        Optional<Path> hooks = directory.find();
        if (hooks.isEmpty()) {
            return;
        }
        boolean refused = Files.deleteIfExists(file(hooks.get(), podUid, REFUSED));
        boolean prepared = Files.deleteIfExists(file(hooks.get(), podUid, PREPARED));
        if (refused || prepared) {
            Durability.sync(hooks.get());
        }
    }

    @Override
    public void allowAllBut(Set<String> podUids) throws IOException {
        for (Path file : directory.files()) {
            String name = file.getFileName().toString();
            boolean needed =
                    name.endsWith(REFUSED)
                            && podUids.contains(
                                    name.substring(
                                            HookDirectory.PREFIX.length(),
                                            name.length() - REFUSED.length()));
            if (!needed && Files.deleteIfExists(file)) {
                LOG.info("A hook that an agent before this one left is removed: {}", file);
            }
        }
    }

    private static Path file(Path hooks, String podUid, String suffix) {
        if (!POD_UID.matcher(podUid).matches()) {
            throw new IllegalArgumentException("not a pod uid: " + podUid);
        }
        return hooks.resolve(HookDirectory.PREFIX + podUid + suffix);
    }

    private static void write(Path file, String podUid) throws IOException {
        Files.writeString(file, hook(podUid));
        Durability.sync(file);
    }

    private static String hook(String podUid) {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        all.put("version", "1.0.0");
        ObjectNode hook = all.putObject("hook");
        hook.put("path", SHELL);
        hook.putArray("args").add("sh").add("-c").add(SCRIPT).add("podmigration").add(podUid);
        hook.putArray("env")
                .add("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        hook.put("timeout", TIMEOUT_SECONDS);
        all.putObject("when").put("always", true);
        all.putArray("stages").add("createRuntime");
        return all.toPrettyString() + "\n";
    }
}
