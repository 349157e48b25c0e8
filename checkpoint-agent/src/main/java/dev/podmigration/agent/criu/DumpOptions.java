package dev.podmigration.agent.criu;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.api.v1alpha1.CheckpointOptions;
import dev.podmigration.api.v1alpha1.FailureReason;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * What one dump asks of CRIU.
 *
 * <p>CRIU reads its configuration as root, and one of its options runs programs: nothing that a
 * user chose may add a line. Everything but the mounts is a flag or a number; the mounts are
 * checked here again, whatever the API server has checked.
 *
 * @param externalMounts path in the container to path on the node
 * @param ghostLimitBytes empty for CRIU's own limit of 1 MiB
 */
public record DumpOptions(
        boolean tcpEstablished,
        boolean fileLocks,
        boolean shellJob,
        boolean linkRemap,
        Map<String, String> externalMounts,
        OptionalLong ghostLimitBytes) {

    private static final Pattern EXTERNAL_MOUNT = Pattern.compile(CheckpointOptions.EXT_MOUNT);
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_.+@~=-]+)+");

    public DumpOptions {
        externalMounts = Map.copyOf(new LinkedHashMap<>(externalMounts));
        externalMounts.forEach(
                (inside, outside) -> {
                    checkPath(inside);
                    checkPath(outside);
                });
        if (ghostLimitBytes.isPresent() && ghostLimitBytes.getAsLong() < 0) {
            throw new IllegalArgumentException("a negative limit: " + ghostLimitBytes.getAsLong());
        }
    }

    /** What a program on the JVM needs: open connections, locked files, children of a shell. */
    public static DumpOptions defaults() {
        return new DumpOptions(true, true, true, false, Map.of(), OptionalLong.empty());
    }

    /**
     * What a user wants, and the defaults for what is not said.
     *
     * @throws AgentFailure when an option is none that CRIU may be given
     */
    public static DumpOptions of(CheckpointOptions options) throws AgentFailure {
        try {
            DumpOptions defaults = defaults();
            Long ghostLimit = options.getGhostLimitBytes();
            return new DumpOptions(
                    or(options.getTcpEstablished(), defaults.tcpEstablished()),
                    or(options.getFileLocks(), defaults.fileLocks()),
                    or(options.getShellJob(), defaults.shellJob()),
                    or(options.getLinkRemap(), defaults.linkRemap()),
                    mounts(options.getExtMountMap()),
                    ghostLimit == null ? OptionalLong.empty() : OptionalLong.of(ghostLimit));
        } catch (IllegalArgumentException e) {
            throw new AgentFailure(
                    FailureReason.OptionNotSupported, "checkpoint options: " + e.getMessage(), e);
        }
    }

    /** For a pod whose connections are closed at restore: CRIU refuses to dump them otherwise. */
    public DumpOptions withConnections() {
        return new DumpOptions(
                true, fileLocks, shellJob, linkRemap, externalMounts, ghostLimitBytes);
    }

    /** In CRIU's own words, one option a line (criu.txt, "CONFIGURATION FILES"). */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (tcpEstablished) {
            lines.add("tcp-established");
        }
        // While the program is stopped the kernel goes on accepting for it (probes do that):
        // whoever
        // nobody has accepted yet is refused by the target and tries again.
        lines.add("skip-in-flight");
        if (fileLocks) {
            lines.add("file-locks");
        }
        if (shellJob) {
            lines.add("shell-job");
        }
        if (linkRemap) {
            lines.add("link-remap");
        }
        externalMounts.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(
                        mount ->
                                lines.add(
                                        "ext-mount-map "
                                                + mount.getKey()
                                                + ":"
                                                + mount.getValue()));
        ghostLimitBytes.ifPresent(limit -> lines.add("ghost-limit " + limit));
        // The agent's own fence holds the network; CRIU's would be lifted before the pod is gone.
        lines.add("network-lock skip");
        return lines;
    }

    private static Map<String, String> mounts(List<String> entries) {
        Map<String, String> mounts = new LinkedHashMap<>();
        for (String entry : entries) {
            if (!EXTERNAL_MOUNT.matcher(entry).matches()) {
                throw new IllegalArgumentException("not a mount path:path: " + entry);
            }
            int colon = entry.indexOf(':');
            mounts.put(entry.substring(0, colon), entry.substring(colon + 1));
        }
        return mounts;
    }

    private static void checkPath(String path) {
        if (!PATH.matcher(path).matches() || path.contains("..")) {
            throw new IllegalArgumentException("not a plain absolute path: " + path);
        }
    }

    private static boolean or(@Nullable Boolean wanted, boolean otherwise) {
        return wanted == null ? otherwise : wanted;
    }
}
