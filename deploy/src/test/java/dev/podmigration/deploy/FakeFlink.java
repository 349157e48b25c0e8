package dev.podmigration.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;

/**
 * A program in the place of kubectl that answers like the API server's proxy to a JobManager. What
 * the job is said to have done is in files, so that a test can change it between two runs of the
 * script. Records and checkpoints grow with every look, unless the job is stopped.
 */
final class FakeFlink {
    private static final String KUBECTL =
            """
            #!/bin/sh
            cd "$(dirname "$0")"
            grow() {
                now=$(($(cat "$1") + $2 * $(cat moving)))
                echo "$now" >"$1"
                echo "$now"
            }
            case "$*" in
                *proxy/jobs/overview)
                    printf '{"jobs":[{"jid":"%s","name":"self-checking counter","state":"RUNNING"}]}' "$(cat job)" ;;
                */accumulators)
                    printf '{"job-accumulators":[],"user-task-accumulators":['
                    printf '{"name":"records","type":"LongCounter","value":"%s"},' "$(grow records 700)"
                    printf '{"name":"maxGapMillis","type":"LongMaximum","value":"%s"},' "$(cat gap)"
                    printf '{"name":"wrongCounts","type":"LongCounter","value":"%s"}]}' "$(cat wrong)" ;;
                */checkpoints)
                    printf '{"counts":{"restored":0,"total":9,"in_progress":0,"completed":%s,"failed":%s},"x":1}' \\
                        "$(grow completed 4)" "$(cat failed)" ;;
                */metrics*)
                    # Flink has nothing at the first time it is asked.
                    if [ -e asked ]; then printf '[{"id":"numRestarts","value":"%s"}]' "$(cat restarts)"; else echo '[]'; fi
                    : >asked ;;
                *exec*)
                    echo '  sl  local_address rem_address   st'
                    echo "   0: 0000000000000000FFFF00000B024D0A:$(cat port) 0000000000000000FFFF00000B014D0A:17EB 01" ;;
                *'get pods'*)
                    cat pods ;;
                *)
                    echo "unexpected: $*" >&2
                    exit 1 ;;
            esac
            """;

    private final Path directory;

    FakeFlink(Path directory) {
        this.directory = directory;
        set("job", "0123456789abcdef0123456789abcdef");
        set("records", "5000");
        set("moving", "1");
        set("wrong", "0");
        set("gap", "100");
        set("completed", "20");
        // As after every start: checkpoints that were triggered before all tasks ran.
        set("failed", "2");
        set("restarts", "0");
        set("port", "D9BE");
        set("pods", "taskmanager node-a ");
        Path kubectl = set("kubectl", KUBECTL);
        try {
            Files.setPosixFilePermissions(kubectl, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path set(String what, String value) {
        try {
            return Files.writeString(directory.resolve(what), value + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    record Result(int code, String output) {}

    /** Runs examples/flink-verdict with its hurried settings. */
    Result verdict(String verb) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(
                                Project.path("examples/flink-verdict").toString(),
                                verb,
                                directory.resolve("before").toString())
                        .redirectErrorStream(true);
        builder.environment().put("KUBECTL", directory.resolve("kubectl").toString());
        builder.environment().put("FLINK_VERDICT_PAUSE", "0");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(1, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IllegalStateException("flink-verdict does not end:\n" + output);
        }
        return new Result(process.exitValue(), output);
    }
}
