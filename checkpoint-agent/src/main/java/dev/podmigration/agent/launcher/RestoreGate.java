package dev.podmigration.agent.launcher;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.host.Host;
import dev.podmigration.agent.host.HostTree;
import dev.podmigration.agent.host.NodeDirectories;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.fault.FaultPoints;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The place where one container of a target pod waits to be restored: the agent's end of the
 * launcher.
 *
 * <p>All state is in the directory, so that an agent that was restarted opens the same gate again.
 * The kubelet may try a container several times, each time with a new id and a new launcher; those
 * that ended are not seen.
 */
public final class RestoreGate {

    /** Launchers that die leave no event: how often to look for them while waiting. */
    private static final Duration LOOK = Duration.ofMillis(250);

    /** Bounds a CRIU that hangs; one that works is at its next question within a second. */
    private static final Duration REFUSED_LIMIT = Duration.ofSeconds(5);

    private static final long REFUSED_LOOK_NANOS = Duration.ofMillis(20).toNanos();

    private static final String ARMED = "armed.";

    /** Holds the id of the container whose launcher was told to restore. */
    private static final String ORDERED = "ordered";

    private final Host host;
    private final Path directory;
    private final String container;

    private RestoreGate(Host host, Path directory, String container) {
        this.host = host;
        this.directory = directory;
        this.container = container;
    }

    /**
     * Creates the directory, or finds the one that is there. From then on a launcher can arm
     * itself.
     */
    public static RestoreGate open(NodeDirectories directories, String podUid, String container)
            throws IOException {
        Path directory = directories.restore(podUid, container);
        HostTree.create(directory);
        HookChannel.createPipes(directory);
        Files.createDirectories(directory.resolve("work"));
        // Last: the launcher takes it as the sign that all the others are there.
        Files.createDirectories(directory.resolve("images"));
        return new RestoreGate(directories.host(), directory, container);
    }

    Host host() {
        return host;
    }

    public Path directory() {
        return directory;
    }

    /** CRIU reads the images from here. */
    public Path images() {
        return directory.resolve("images");
    }

    /** CRIU writes {@code restore.log} here. */
    public Path work() {
        return directory.resolve("work");
    }

    /** The launcher that waits now, the latest if there are several. */
    public Optional<ArmedLauncher> armed() throws IOException {
        return waitingLaunchers().stream().max(Comparator.comparing(ArmedLauncher::armedAt));
    }

    /** It has not ended, nor been given up by the kubelet. */
    public boolean isWaiting(ArmedLauncher launcher) {
        return isAlive(launcher) && !hasResult(launcher);
    }

    /**
     * Waits for a launcher.
     *
     * @throws AgentFailure {@link FailureReason#LauncherTimeout} when none comes within the limit
     */
    public ArmedLauncher awaitArmed(Duration limit)
            throws IOException, InterruptedException, AgentFailure {
        Optional<ArmedLauncher> armed = await(limit, this::armed);
        return armed.orElseThrow(
                () ->
                        new AgentFailure(
                                FailureReason.LauncherTimeout,
                                "container %s did not reach its launcher within %d s"
                                        .formatted(container, limit.toSeconds())));
    }

    /** Orders the restore; everything that CRIU needs must be in its place. Returns at once. */
    public void restore(ArmedLauncher launcher, Set<RestoreOption> options) throws IOException {
        FaultPoints.reach("target orders the restore");
        StringBuilder order = new StringBuilder("restore");
        for (RestoreOption option : options) {
            order.append(' ').append(option.text());
        }
        Files.writeString(directory.resolve(ORDERED), launcher.containerId());
        Fifo.writeLine(orders(launcher), order.toString());
    }

    /**
     * Lets CRIU end a restore that is under way: at its next question it hears no, kills what it
     * has restored, and takes away what it has mounted on the node. One that is killed leaves that
     * behind. Returns when it is gone, or hangs.
     */
    public void refuse(HookChannel hook) throws IOException {
        refuse(hook, this::isCriuAtWork);
    }

    private interface Work {
        boolean goesOn() throws IOException;
    }

    private static void refuse(HookChannel hook, Work work) throws IOException {
        Set<Long> answered = new HashSet<>();
        long end = System.nanoTime() + REFUSED_LIMIT.toNanos();
        boolean waits = true;
        while (waits) {
            Optional<HookEvent> question = hook.waiting();
            if (question.isPresent() && answered.add(question.get().hookPid())) {
                hook.answer(question.get(), false);
            }
            waits =
                    work.goesOn()
                            && System.nanoTime() < end
                            && !Thread.currentThread().isInterrupted();
            if (waits) {
                LockSupport.parkNanos(REFUSED_LOOK_NANOS);
            }
        }
    }

    private boolean isCriuAtWork() throws IOException {
        return waitingLaunchers().stream()
                .flatMap(launcher -> ProcessHandle.of(launcher.pid()).stream())
                .flatMap(ProcessHandle::descendants)
                .anyMatch(
                        process ->
                                process.info()
                                        .command()
                                        .filter(program -> program.endsWith("/criu"))
                                        .isPresent());
    }

    /**
     * Lets every launcher fail that has not ended, and kills what it has started: a restore that
     * hangs would hold the pod's containers, and fill memory with its log. The kubelet tries again
     * unless {@link RestoreMark#CANCELLED} is set before.
     */
    public void cancel(String reason) throws IOException {
        String line = "cancel " + reason.replaceAll("\\s+", " ").strip();
        for (ArmedLauncher launcher : waitingLaunchers()) {
            Fifo.writeLine(orders(launcher), line);
            ProcessHandle.of(launcher.pid()).ifPresent(RestoreGate::killStarted);
        }
    }

    /** More than one look, because what is killed last may have started others meanwhile. */
    private static void killStarted(ProcessHandle launcher) {
        for (int look = 0; look < 3; look++) {
            List<ProcessHandle> started = launcher.descendants().toList();
            started.reversed().forEach(ProcessHandle::destroyForcibly);
        }
    }

    /** The containers whose launchers have come here, whatever became of them. */
    public List<String> containerIds() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(ARMED))
                    .map(name -> name.substring(ARMED.length()))
                    .toList();
        }
    }

    /** The exit code of the runtime's restore, if it has ended. */
    public Optional<Integer> result(ArmedLauncher launcher) throws IOException {
        String text = read("result." + launcher.containerId());
        // Without its newline it is not complete.
        return text.endsWith("\n") ? Optional.of(Integer.parseInt(text.strip())) : Optional.empty();
    }

    /**
     * The container that was ordered, if its launcher has ended in any other way than by saying
     * that it is restored. The container runtime knows nothing of it then, though processes of it
     * may run: those of a launcher that was killed, because the runtime's restore goes on without
     * it.
     */
    public Optional<String> forsaken() throws IOException {
        Optional<ArmedLauncher> ordered = recorded(read(ORDERED));
        return ordered.isPresent() && hasFailed(ordered.get())
                ? Optional.of(ordered.get().containerId())
                : Optional.empty();
    }

    /** The same for a restore whose launcher is gone, by force if it hangs. */
    public void refuseForsaken(String containerId, HookChannel hook) throws IOException {
        List<ProcessHandle> runtimes =
                ProcessHandle.allProcesses()
                        .filter(process -> isRestoring(process, containerId))
                        .toList();
        refuse(hook, () -> runtimes.stream().anyMatch(ProcessHandle::isAlive));
        for (ProcessHandle runtime : runtimes) {
            killStarted(runtime);
            runtime.destroyForcibly();
        }
    }

    /** {@code RUNTIME ... restore ... ID}, as the launcher calls it. */
    private static boolean isRestoring(ProcessHandle process, String containerId) {
        List<String> arguments = List.of(process.info().arguments().orElse(new String[0]));
        return arguments.contains("restore") && arguments.getLast().equals(containerId);
    }

    private boolean hasFailed(ArmedLauncher launcher) throws IOException {
        // First: a launcher that is gone has written what it will ever write.
        boolean alive = isAlive(launcher);
        return result(launcher).map(code -> code != 0).orElse(!alive);
    }

    /**
     * Waits for the end of the restore.
     *
     * @throws AgentFailure {@link FailureReason#LauncherTimeout} when it does not end within the
     *     limit, {@link FailureReason#RestoreFailed} when the launcher ended without a result
     */
    public int awaitResult(ArmedLauncher launcher, Duration limit)
            throws IOException, InterruptedException, AgentFailure {
        Optional<Boolean> ended =
                await(
                        limit,
                        () ->
                                result(launcher).isPresent() || !isAlive(launcher)
                                        ? Optional.of(true)
                                        : Optional.empty());
        if (ended.isEmpty()) {
            throw new AgentFailure(
                    FailureReason.LauncherTimeout,
                    "the restore of container %s did not end within %d s"
                            .formatted(container, limit.toSeconds()));
        }
        return result(launcher)
                .orElseThrow(
                        () ->
                                new AgentFailure(
                                        FailureReason.RestoreFailed,
                                        "the launcher of container %s ended without a result"
                                                .formatted(container)));
    }

    /** Takes the directory away, with images and logs; nothing may be mounted below it any more. */
    public void remove() throws IOException {
        cancel("the restore is over");
        HostTree.delete(directory);
    }

    private Path orders(ArmedLauncher launcher) {
        return directory.resolve("go." + launcher.containerId());
    }

    private List<ArmedLauncher> waitingLaunchers() throws IOException {
        return containerIds().stream().flatMap(id -> launcher(id).stream()).toList();
    }

    private Optional<ArmedLauncher> launcher(String containerId) {
        return recorded(containerId).filter(this::isWaiting);
    }

    private Optional<ArmedLauncher> recorded(String containerId) {
        try {
            Path file = directory.resolve(ARMED + containerId);
            List<String> lines = Files.readAllLines(file);
            return Optional.of(
                    new ArmedLauncher(
                            containerId,
                            lines.get(0),
                            Long.parseLong(lines.get(1)),
                            Files.getLastModifiedTime(file).toInstant()));
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
            // Not written by our launcher, or removed while we look.
            return Optional.empty();
        }
    }

    private boolean hasResult(ArmedLauncher launcher) {
        return Files.exists(directory.resolve("result." + launcher.containerId()));
    }

    /** The process of that number is still this launcher: its arguments name the container. */
    private boolean isAlive(ArmedLauncher launcher) {
        try {
            return Files.readString(host.process(launcher.pid(), "cmdline"))
                    .contains(launcher.containerId());
        } catch (IOException e) {
            return false;
        }
    }

    private String read(String fileName) throws IOException {
        try {
            return Files.readString(directory.resolve(fileName));
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    private interface Look<T> {
        Optional<T> now() throws IOException;
    }

    private <T> Optional<T> await(Duration limit, Look<T> look)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        try (WatchService watch = FileSystems.getDefault().newWatchService()) {
            directory.register(
                    watch,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY);
            while (true) {
                Optional<T> seen = look.now();
                long left = deadline - System.nanoTime();
                if (seen.isPresent() || left <= 0) {
                    return seen;
                }
                WatchKey key = watch.poll(Math.min(left, LOOK.toNanos()), TimeUnit.NANOSECONDS);
                if (key != null) {
                    key.pollEvents();
                    key.reset();
                }
            }
        }
    }
}
