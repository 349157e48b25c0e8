package dev.podmigration.agent.launcher;

import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.NodeDirectories;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A node in a directory: the real scripts, only with their two directories moved below it, and a
 * runtime that writes down what it was called with.
 */
final class ScriptNode {

    static final String UID = "0b7e3f0a-6a7e-4d1c-9a52-1d2c3b4a5f60";
    static final String ID = "4f1c".repeat(16);

    final Path root;
    final NodeDirectories directories;
    final List<Process> started = new ArrayList<>();

    ScriptNode(Path root) throws IOException {
        this.root = root;
        this.directories = new NodeDirectories(Host.at(root));
        Files.createSymbolicLink(root.resolve("proc"), Path.of("/proc"));
        Files.createDirectories(root.resolve("var/lib/podmigration/bin"));
        Files.createDirectories(root.resolve("bundle"));
        Files.createDirectories(root.resolve("tools"));
        for (String tool : List.of("grep", "tr", "sleep", "mkdir", "rm", "mkfifo", "mv", "sed")) {
            Files.createSymbolicLink(root.resolve("tools/" + tool), Path.of("/usr/bin/" + tool));
        }
        Path runtime = root.resolve("real-runtime");
        script(
                runtime,
                """
                #!/bin/sh
                n=1
                while [ -e ROOT/call.$n ]; do n=$((n + 1)); done
                for argument in "$@"; do printf '%s\\n' "$argument"; done >ROOT/call.$n
                in=$(/usr/bin/readlink /proc/$$/fd/0)
                out=$(/usr/bin/readlink /proc/$$/fd/1)
                err=$(/usr/bin/readlink /proc/$$/fd/2)
                printf '%s\n' "$in" "$out" "$err" >ROOT/stdio.$n
                [ -z "${CRIU_CONFIG_FILE:-}" ] || /usr/bin/cp "$CRIU_CONFIG_FILE" ROOT/criu.$n
                [ ! -e ROOT/answer ] || /usr/bin/cat ROOT/answer
                [ ! -e ROOT/hang ] || { : >ROOT/hangs; /bin/sh -c '/usr/bin/sleep 1000; exit 9' || exit; }
                [ ! -e ROOT/exit-code ] || read -r code <ROOT/exit-code
                exit "${code:-0}"
                """);
        Files.writeString(root.resolve("var/lib/podmigration/runtime"), runtime + "\n");
        install("launcher", Map.of());
        install("hook", Map.of());
    }

    /**
     * Puts a script of the agent in its place; more of its settings can be replaced, each must
     * exist.
     */
    Path install(String name, Map<String, String> settings) throws IOException {
        String text;
        try (InputStream stream = ScriptNode.class.getResourceAsStream("/node/" + name)) {
            text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
        text = replaced(text, "state=/run/podmigration\n", "state=" + root + "/run/podmigration\n");
        if (name.equals("launcher")) {
            text =
                    replaced(
                            text,
                            "data=/var/lib/podmigration\n",
                            "data=" + root + "/var/lib/podmigration\n");
        }
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            text = replaced(text, setting.getKey(), setting.getValue());
        }
        Path file = root.resolve("var/lib/podmigration/bin/" + name);
        script(file, text);
        return file;
    }

    private static String replaced(String text, String old, String fresh) {
        if (!text.contains(old)) {
            throw new IllegalArgumentException("the script no longer contains " + old);
        }
        return text.replace(old, fresh);
    }

    private void script(Path file, String text) throws IOException {
        Files.writeString(file, text.replace("ROOT", root.toString()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    void config(String json) throws IOException {
        Files.writeString(root.resolve("bundle/config.json"), json);
    }

    /** As conmon 2.1 calls it. */
    List<String> create(String id) {
        return List.of(
                "--root=/run/crun",
                "create",
                "--bundle",
                root.resolve("bundle").toString(),
                "--pid-file",
                root.resolve("bundle/pidfile").toString(),
                id);
    }

    Process launch(String shell, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(shell.split(" ")));
        command.add(root.resolve("var/lib/podmigration/bin/launcher").toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().put("PATH", root.resolve("tools").toString());
        Files.writeString(root.resolve("stdin"), "");
        builder.redirectInput(root.resolve("stdin").toFile());
        builder.redirectOutput(root.resolve("stdout").toFile());
        builder.redirectError(root.resolve("stderr").toFile());
        Process process = builder.start();
        started.add(process);
        return process;
    }

    /** From now on the real runtime prints this. */
    void answer(String text) throws IOException {
        Files.writeString(root.resolve("answer"), text + "\n");
    }

    /** From now on the scripts find no program at all. */
    void takeToolsAway() throws IOException {
        Files.move(root.resolve("tools"), root.resolve("no-tools"));
    }

    /** The calls of the real runtime, in their order. */
    List<List<String>> runtimeCalls() throws IOException {
        List<List<String>> calls = new ArrayList<>();
        for (int n = 1; Files.exists(root.resolve("call." + n)); n++) {
            calls.add(Files.readAllLines(root.resolve("call." + n)));
        }
        return calls;
    }

    /** What CRIU reads besides the runtime's own configuration in that call, counted from 1. */
    Optional<String> criuConfiguration(int call) throws IOException {
        Path file = root.resolve("criu." + call);
        return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    }

    List<String> runtimeStdio() throws IOException {
        return Files.readAllLines(root.resolve("stdio.1"));
    }

    String stderr() throws IOException {
        return Files.readString(root.resolve("stderr"));
    }

    String stdout() throws IOException {
        return Files.readString(root.resolve("stdout"));
    }

    List<String> fileNames(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    void stop() {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
