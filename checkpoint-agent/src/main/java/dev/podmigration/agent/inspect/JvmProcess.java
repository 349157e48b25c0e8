package dev.podmigration.agent.inspect;

import dev.podmigration.api.v1alpha1.Jvm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A running JVM, read from outside as often as one asks. One that has ended reads as 0.
 * Thread-safe.
 */
public final class JvmProcess {

    /** Bit of SIGQUIT in SigCgt of /proc/PID/status: signal 3 is the third bit. */
    private static final long QUIT_IS_HANDLED = 1 << 2;

    /**
     * HotSpot's G1 counts the pauses of its concurrent cycles here: Remark and Cleanup
     * (g1MonitoringSupport.cpp, JDK 12 to 25).
     */
    private static final String CYCLE_PAUSES = "sun.gc.collector.2.invocations";

    private final ProcessFiles files;
    private final long pid;
    private final Jvm jvm;
    private final long startTicks;
    private final Optional<Path> statistics;

    private JvmProcess(
            ProcessFiles files, long pid, Jvm jvm, long startTicks, Optional<Path> statistics) {
        this.files = files;
        this.pid = pid;
        this.jvm = jvm;
        this.startTicks = startTicks;
        this.statistics = statistics;
    }

    /**
     * Looks whether a process is a JVM.
     *
     * @param proc where the node's processes are seen, normally {@code /proc}
     * @return nothing if the process is no JVM, or has ended
     */
    public static Optional<JvmProcess> of(Path proc, long pid) throws IOException {
        ProcessFiles files = new ProcessFiles(proc, pid);
        OptionalLong start = files.startTicks();
        Optional<Jvm> jvm = JvmReader.read(files);
        if (start.isEmpty() || jvm.isEmpty()) {
            return Optional.empty();
        }
        Optional<Path> statistics =
                files.maps().stream()
                        .filter(line -> line.contains("/hsperfdata_"))
                        .map(files::mapped)
                        .findFirst();
        return Optional.of(new JvmProcess(files, pid, jvm.get(), start.getAsLong(), statistics));
    }

    public long pid() {
        return pid;
    }

    /** What was read of it when this object was made. */
    public Jvm jvm() {
        return jvm;
    }

    /** When it began, in clock ticks since the node's start: tells it from a later process. */
    public long startTicks() {
        return startTicks;
    }

    /** Whether there still is this process, and no other of its number. */
    public boolean isAlive() throws IOException {
        return files.startTicks().equals(OptionalLong.of(startTicks));
    }

    /** Its number as it sees itself. */
    public long pidInContainer() throws IOException {
        return files.innermostPid();
    }

    /** Its root directory; links in it have to be followed with care. */
    public Path root() {
        return files.inRoot("/");
    }

    /**
     * Whether SIGQUIT makes it listen to tools. With {@code -Xrs} it would end by that (and listens
     * from its start), with {@code -XX:+DisableAttachMechanism} it would print its threads.
     */
    public boolean listensOnQuit() throws IOException {
        return (files.statusMask("SigCgt") & QUIT_IS_HANDLED) != 0
                && !options().contains("-XX:+DisableAttachMechanism");
    }

    /** Value of {@code -Xms}, wherever it was given. Unit: bytes. */
    public OptionalLong initialHeapBytes() throws IOException {
        return options().reversed().stream()
                .filter(option -> option.startsWith("-Xms"))
                .map(option -> JvmReader.bytes(option.substring("-Xms".length())))
                .filter(Objects::nonNull)
                .mapToLong(Long::longValue)
                .findFirst();
    }

    /**
     * Those of the command line, and those that the JVM says it has: some are in files and in
     * variables, but it tells no more than 1024 characters (PerfMaxStringConstLength).
     */
    private List<String> options() throws IOException {
        List<String> options = new ArrayList<>(files.arguments());
        statistics()
                .text("java.rt.vmArgs")
                .ifPresent(all -> options.addAll(List.of(all.split(" "))));
        return options;
    }

    /** Memory of its own that it has now: what a move has to carry. Unit: bytes. */
    public long residentBytes() throws IOException {
        return 1024L * (files.status("RssAnon") + files.status("RssShmem"));
    }

    /** How often G1's concurrent cycles have paused the program; 0 if it keeps no statistics. */
    public long cyclePauses() throws IOException {
        return statistics().number(CYCLE_PAUSES).orElse(0);
    }

    private PerfData statistics() throws IOException {
        return statistics.isPresent() ? PerfData.of(statistics.get()) : PerfData.of(new byte[0]);
    }
}
