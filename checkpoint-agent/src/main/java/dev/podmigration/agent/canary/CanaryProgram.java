package dev.podmigration.agent.canary;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * What is dumped and restored: counts, and shows the count in a file. Runs in a container of its
 * own with nothing but the JDK, so it uses nothing else of the agent.
 *
 * <p>Usage: {@code CanaryProgram TRIAL DIRECTORY}
 */
final class CanaryProgram {

    static final String COUNT = "count";
    static final String BROKEN = "broken";

    private static final long TICK_MILLIS = 20;

    private CanaryProgram() {}

    /** One step of counting; what it returns is the new count. */
    private interface Step {
        long next(long count) throws IOException;
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[1]);
        try {
            switch (Trial.valueOf(arguments[0])) {
                case PLAIN, SHELL_JOB -> count(directory, count -> count + 1);
                case TCP -> countOverTcp(directory);
                case LOCK -> countUnderLock(directory);
                case LINK -> countInRemovedFile(directory);
            }
        } catch (IOException e) {
            Files.writeString(directory.resolve(BROKEN), String.valueOf(e));
            throw e;
        }
    }

    /** Both ends of one connection: it breaks if either is not as it was. */
    private static void countOverTcp(Path directory) throws IOException, InterruptedException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket peer = server.accept()) {
            DataOutputStream out = new DataOutputStream(client.getOutputStream());
            DataInputStream in = new DataInputStream(peer.getInputStream());
            count(
                    directory,
                    count -> {
                        out.writeLong(count + 1);
                        return in.readLong();
                    });
        }
    }

    private static void countUnderLock(Path directory) throws IOException, InterruptedException {
        try (FileChannel file =
                        FileChannel.open(
                                directory.resolve("lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileLock lock = file.lock()) {
            count(
                    directory,
                    count -> {
                        if (!lock.isValid()) {
                            throw new IOException("the lock is gone");
                        }
                        return count + 1;
                    });
        }
    }

    /** The name it was opened by is gone, another one is left. */
    private static void countInRemovedFile(Path directory)
            throws IOException, InterruptedException {
        Path name = directory.resolve("name");
        try (FileChannel file =
                FileChannel.open(
                        name,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            Files.createLink(directory.resolve("other-name"), name);
            Files.delete(name);
            count(
                    directory,
                    count -> {
                        ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES).putLong(0, count + 1);
                        file.write(buffer, 0);
                        file.read(buffer.clear(), 0);
                        return buffer.getLong(0);
                    });
        }
    }

    private static void count(Path directory, Step step) throws IOException, InterruptedException {
        try (FileChannel file =
                FileChannel.open(
                        directory.resolve(COUNT),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
            long count = 0;
            while (true) {
                count = step.next(count);
                // Of one length always, so that a reader never sees half of it.
                String text = String.format(Locale.ROOT, "%019d%n", count);
                file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
                Thread.sleep(TICK_MILLIS);
            }
        }
    }
}
