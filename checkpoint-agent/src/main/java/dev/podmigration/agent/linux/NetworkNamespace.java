package dev.podmigration.agent.linux;

import static dev.podmigration.agent.linux.SystemCall.INT;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A network namespace, kept alive by an open descriptor even when its last process has gone.
 *
 * <p>Thread-safe until closed.
 */
public final class NetworkNamespace implements AutoCloseable {
    private static final SystemCall SETNS = SystemCall.ofInt("setns", INT, INT);
    private static final SystemCall UNSHARE = SystemCall.ofInt("unshare", INT);
    private static final int CLONE_NEWNET = 0x40000000;

    private final Descriptor descriptor;
    private final Path path;

    private NetworkNamespace(Descriptor descriptor, Path path) {
        this.descriptor = descriptor;
        this.path = path;
    }

    /** The namespace of a file such as {@code /run/netns/NAME} or {@code /proc/PID/ns/net}. */
    public static NetworkNamespace open(Path path) throws ErrnoException {
        return new NetworkNamespace(Descriptor.open(path, Descriptor.READ_ONLY), path);
    }

    /** The namespace of a process, numbered as this process sees it. */
    public static NetworkNamespace ofProcess(long pid) throws ErrnoException {
        return open(Path.of("/proc", Long.toString(pid), "ns", "net"));
    }

    /** A new, empty namespace, which is gone when it is closed and nothing else is in it. */
    public static NetworkNamespace create() throws IOException, InterruptedException {
        return onOwnThread(
                "new network namespace",
                () -> {
                    UNSHARE.call("network namespace", CLONE_NEWNET);
                    return open(Path.of("/proc/thread-self/ns/net"));
                });
    }

    /**
     * The namespace that this process was started in: the node's, for an agent on the node's
     * network.
     */
    public static NetworkNamespace ofThisProcess() throws ErrnoException {
        return ofProcess(ProcessHandle.current().pid());
    }

    /**
     * Runs the work on a fresh platform thread inside this namespace and waits for it. The thread
     * ends afterwards: a thread that changed its namespace must never serve anything else. What the
     * work opens (sockets) or starts (programs) stays in the namespace and may be used from any
     * thread.
     *
     * <p>{@code /proc/net} and {@code /proc/self/net} show the namespace of the process' first
     * thread, not of this one, and so does {@link java.net.NetworkInterface}, which reads them for
     * IPv6; {@code /proc/thread-self/net} is right.
     *
     * @throws IOException what the work threw; a checked exception of another type becomes its
     *     cause
     */
    public <T> T call(Callable<T> work) throws IOException, InterruptedException {
        return onOwnThread(
                "network namespace " + path,
                () -> {
                    SETNS.call(path, descriptor.number(), CLONE_NEWNET);
                    return work.call();
                });
    }

    private static <T> T onOwnThread(String name, Callable<T> work)
            throws IOException, InterruptedException {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofPlatform().daemon().name(name).start(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw rethrown(name, e.getCause());
        } catch (InterruptedException e) {
            task.cancel(true);
            throw e;
        }
    }

    /** The open descriptor, for system calls that take one. */
    int number() {
        return descriptor.number();
    }

    private static IOException rethrown(String name, Throwable cause) throws InterruptedException {
        return switch (cause) {
            case IOException e -> e;
            case InterruptedException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> new IOException("in " + name, cause);
        };
    }

    @Override
    public void close() throws ErrnoException {
        descriptor.close();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
