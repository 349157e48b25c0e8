package dev.podmigration.e2e.lab;

import static org.awaitility.Awaitility.await;

import java.time.Duration;

/**
 * Puts itself before the OCI runtime of a node, to hold or to spoil restores. Every other call goes
 * through unchanged. Closing it leaves the node as it was.
 */
public final class FaultyRuntime implements AutoCloseable {
    private static final String DIRECTORY = "/opt/e2e-fault";

    // A restore that is held longer than a minute goes on: nothing of a failed test stays for ever.
    private static final String PROGRAM =
            """
            #!/bin/sh
            fault=/opt/e2e-fault
            case " $* " in
                *" restore "*" --image-path "*)
                    images=${*##* --image-path }
                    images=${images%% *}
                    echo "$images" >>$fault/restores
                    tries=600
                    while [ -e $fault/hold ] && [ "$tries" -gt 0 ]; do
                        tries=$((tries - 1))
                        sleep 0.1
                    done
                    if [ -s $fault/spoil ]; then
                        case "$images" in *"$(cat $fault/spoil)"*) : >"$images"/files.img ;; esac
                    fi
                    ;;
            esac
            exec $fault/crun "$@"
            """;

    private final Lab lab;
    private final String node;

    private FaultyRuntime(Lab lab, String node) {
        this.lab = lab;
        this.node = node;
    }

    public static FaultyRuntime on(Lab lab, String node) {
        lab.onNode(
                node,
                """
                mkdir -p "$1"
                cp "$(command -v crun)" "$1/crun"
                printf '%s' "$2" >"$1/before-crun"
                chmod +x "$1/before-crun"
                mount --bind "$1/before-crun" "$(command -v crun)"
                """,
                DIRECTORY,
                PROGRAM);
        return new FaultyRuntime(lab, node);
    }

    /**
     * The images of restores whose path contains this text are damaged before the runtime reads
     * them.
     */
    public FaultyRuntime spoil(String path) {
        lab.onNode(node, "printf %s \"$2\" >\"$1/spoil\"", DIRECTORY, path);
        return this;
    }

    /** Restores wait until {@link #release}. */
    public FaultyRuntime hold() {
        lab.onNode(node, ": >\"$1/hold\"", DIRECTORY);
        return this;
    }

    public void release() {
        lab.onNode(node, "rm -f \"$1/hold\"", DIRECTORY);
    }

    /** How often a restore has got as far as the runtime. */
    public int restores() {
        return Integer.parseInt(
                lab.onNode(node, "cat \"$1/restores\" 2>/dev/null | wc -l", DIRECTORY).strip());
    }

    /** How many restores have not ended. */
    public int underWay() {
        return Integer.parseInt(
                lab.onNode(
                                node,
                                """
                                for process in /proc/[0-9]*; do
                                    tr '\\0' ' ' <"$process/cmdline" 2>/dev/null; echo
                                done | grep -c -- '[c]run .* restore .*--image-path' || :
                                """)
                        .strip());
    }

    /** Waits until the runtime has been called to restore something. */
    public void awaitRestore() {
        await("a restore on " + node)
                .atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> restores() > 0);
    }

    @Override
    public void close() {
        lab.onNode(
                node,
                "rm -f \"$1/hold\"; umount --lazy \"$(command -v crun)\"; rm -rf \"$1\"",
                DIRECTORY);
    }
}
