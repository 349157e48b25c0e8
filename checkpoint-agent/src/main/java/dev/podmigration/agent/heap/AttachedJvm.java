package dev.podmigration.agent.heap;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.podmigration.agent.inspect.JvmProcess;
import dev.podmigration.agent.linux.ErrnoException;
import dev.podmigration.agent.linux.FileStatus;
import dev.podmigration.agent.linux.OpenDirectory;
import dev.podmigration.agent.linux.OpenFile;
import dev.podmigration.agent.linux.ProcessReference;
import dev.podmigration.agent.linux.Signal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Tells a HotSpot JVM what to do, by the protocol of its tools: version 1 of
 * hotspot/os/posix/attachListener_posix.cpp (JDK 17 to 25; attachListener_linux.cpp before). A JVM
 * that finds {@code .attach_pid<number>} in its {@code /tmp} when it gets SIGQUIT listens at {@code
 * .java_pid<number>} there from then on; its number is the one in its own namespace, and it takes
 * orders of root and of its own user.
 *
 * <p>Directory and socket belong to the container, which may have put anything there: no link in
 * them leads out of its root, and of an answer only so much is read. Not thread-safe.
 */
final class AttachedJvm {

    /** It listens within milliseconds, unless its processors are taken away from it. */
    private static final Duration LISTEN_LIMIT = Duration.ofSeconds(5);

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final long LOOK_MILLIS = 20;

    private static final byte[] TEMPORARY = "tmp".getBytes(UTF_8);
    private static final String PROTOCOL = "1";
    private static final int ARGUMENTS = 3;

    /** A flag and its value have some dozens of bytes. */
    private static final int ANSWER_BYTES = 16 * 1024;

    private final JvmProcess process;

    private AttachedJvm(JvmProcess process) {
        this.process = process;
    }

    /**
     * Makes it listen, if it does not yet.
     *
     * @throws IOException if it does not want to, or its container leaves no room for that
     */
    static AttachedJvm attach(JvmProcess process) throws IOException, InterruptedException {
        AttachedJvm jvm = new AttachedJvm(process);
        try (OpenDirectory temporary = temporary(process)) {
            if (!jvm.listens(temporary)) {
                jvm.wake(temporary);
            }
        }
        return jvm;
    }

    /** An agent that was killed in between leaves this file. */
    static void removeRequest(JvmProcess process) throws IOException {
        try (OpenDirectory temporary = temporary(process)) {
            remove(temporary, name(".attach_pid", process));
        } catch (ErrnoException e) {
            // An image without the directory: then there is no file in it.
            if (!e.is("ENOENT") && !e.is("ENOTDIR")) {
                throw e;
            }
        }
    }

    /** Value of a flag, as in {@code -XX:NAME=VALUE}. Empty: there is no such flag. */
    Optional<String> flag(String name) throws IOException, InterruptedException {
        Answer answer = execute("printflag", name);
        String prefix = "-XX:" + name + "=";
        return answer.text()
                .lines()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()).strip())
                .findFirst();
    }

    /**
     * Changes a flag at once.
     *
     * @throws IOException if it says no: the flag cannot be changed, or not to this
     */
    void setFlag(String name, String value) throws IOException, InterruptedException {
        Answer answer = execute("setflag", name, value);
        if (!answer.code().equals("0")) {
            throw new IOException(
                    "%s: %s=%s: %s".formatted(this, name, value, answer.text().strip()));
        }
    }

    private record Answer(String code, String text) {}

    private Answer execute(String operation, String... arguments)
            throws IOException, InterruptedException {
        StringBuilder request = new StringBuilder(PROTOCOL).append('\0').append(operation);
        for (int i = 0; i < ARGUMENTS; i++) {
            request.append('\0').append(i < arguments.length ? arguments[i] : "");
        }
        request.append('\0');
        try (OpenDirectory temporary = temporary(process);
                OpenFile socket = temporary.refer(name(".java_pid", process))) {
            String answer =
                    exchange(socket.path(), ByteBuffer.wrap(request.toString().getBytes(UTF_8)));
            int end = answer.indexOf('\n');
            if (end < 0) {
                throw new IOException(this + " gave no answer to " + operation);
            }
            return new Answer(answer.substring(0, end).strip(), answer.substring(end + 1));
        }
    }

    /** Each order is a connection of its own: the JVM answers and closes it. */
    private String exchange(Path socket, ByteBuffer request)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + ANSWER_LIMIT.toNanos();
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
            while (request.hasRemaining()) {
                await(selector, end);
                channel.write(request);
            }
            key.interestOps(SelectionKey.OP_READ);
            while (true) {
                await(selector, end);
                int length = channel.read(buffer.clear());
                if (length < 0) {
                    return answer.toString(UTF_8);
                }
                answer.write(buffer.array(), 0, length);
                if (answer.size() > ANSWER_BYTES) {
                    throw new IOException(this + " answers without end");
                }
            }
        }
    }

    private void await(Selector selector, long end) throws IOException, InterruptedException {
        long left = end - System.nanoTime();
        if (left > 0) {
            selector.select(Math.max(1, left / 1_000_000));
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (selector.selectedKeys().isEmpty()) {
            throw new IOException(
                    "%s did not answer within %d s".formatted(this, ANSWER_LIMIT.toSeconds()));
        }
        selector.selectedKeys().clear();
    }

    private void wake(OpenDirectory temporary) throws IOException, InterruptedException {
        byte[] request = name(".attach_pid", process);
        try (ProcessReference reference = ProcessReference.to(process.pid())) {
            // SIGQUIT ends whoever does not expect it.
            if (!process.isAlive() || !process.listensOnQuit()) {
                throw new IOException(this + " does not listen to tools");
            }
            remove(temporary, request);
            temporary.create(request).close();
            try {
                reference.send(Signal.QUIT);
                awaitListening(temporary);
            } finally {
                remove(temporary, request);
            }
        }
    }

    private void awaitListening(OpenDirectory temporary) throws IOException, InterruptedException {
        long end = System.nanoTime() + LISTEN_LIMIT.toNanos();
        while (!listens(temporary)) {
            if (System.nanoTime() - end >= 0) {
                throw new IOException(
                        "%s did not begin to listen to tools within %d s"
                                .formatted(this, LISTEN_LIMIT.toSeconds()));
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private static OpenDirectory temporary(JvmProcess process) throws ErrnoException {
        try (OpenDirectory root = OpenDirectory.open(process.root())) {
            return root.directoryInRoot(TEMPORARY);
        }
    }

    private boolean listens(OpenDirectory temporary) throws IOException {
        return temporary
                .status(name(".java_pid", process))
                .filter(status -> status.type() == FileStatus.Type.SOCKET)
                .isPresent();
    }

    private static void remove(OpenDirectory directory, byte[] name) throws ErrnoException {
        // To remove what is not there is an error, too, where nothing can be written.
        if (directory.status(name).isPresent()) {
            directory.removeFile(name);
        }
    }

    private static byte[] name(String prefix, JvmProcess process) throws IOException {
        return (prefix + process.pidInContainer()).getBytes(UTF_8);
    }

    @Override
    public String toString() {
        return "The JVM of process " + process.pid();
    }
}
