package dev.podmigration.agent.testnode;

import dev.podmigration.agent.linux.SpecialFiles;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** CRIU's hook of one container: asks through the pipes of its directory, and reads answers. */
public final class FakeHook implements AutoCloseable {

    private static final long PID = TestNode.NOBODY;

    private final Path directory;
    private final FileChannel answers;

    /**
     * Starts to listen for answers.
     *
     * @param root of the node, where the hook appears as a process
     * @param directory with the pipes
     */
    public FakeHook(Path root, Path directory) throws IOException {
        this.directory = directory;
        this.answers = open("hook.out");
        Path process = root.resolve("proc").resolve(Long.toString(PID));
        Files.createDirectories(process);
        Files.writeString(process.resolve("cmdline"), "sh\0/var/lib/podmigration/bin/hook\0");
    }

    /** What the agent makes before a hook can come. */
    public static void makePipes(Path directory) throws IOException {
        Files.createDirectories(directory);
        SpecialFiles.createFifo(directory.resolve("hook.in"), 0600);
        SpecialFiles.createFifo(directory.resolve("hook.out"), 0600);
    }

    /** Asked when nobody listened; only the file tells. */
    public void hasAsked(String action) throws IOException {
        Files.writeString(directory.resolve("hook.waiting"), event(action));
    }

    public void ask(String action) throws IOException {
        hasAsked(action);
        try (FileChannel in = open("hook.in")) {
            in.write(ByteBuffer.wrap(event(action).getBytes(StandardCharsets.US_ASCII)));
        }
    }

    /** Waits for it. */
    public String answer() throws IOException {
        StringBuilder line = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (line.indexOf("\n") < 0) {
            answers.read(one.clear());
            line.append((char) one.get(0));
        }
        if (Files.exists(directory)) {
            Files.writeString(directory.resolve("hook.waiting"), "");
        }
        return line.toString().strip();
    }

    private FileChannel open(String pipe) throws IOException {
        return FileChannel.open(
                directory.resolve(pipe), StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static String event(String action) {
        return action + " 1 " + PID + "\n";
    }

    @Override
    public void close() throws IOException {
        answers.close();
    }
}
