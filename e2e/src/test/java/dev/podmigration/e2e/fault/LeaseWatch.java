package dev.podmigration.e2e.fault;

import dev.podmigration.e2e.workload.EchoServer;
import dev.podmigration.e2e.workload.Lease;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds every copy of the echo server that ever exists on this machine, which all nodes of the lab
 * share, and reads its lease. A file that is open stays readable when its container is gone.
 */
final class LeaseWatch implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(50);

    private static final Duration RUNS = Duration.ofMillis(500);

    /** A tick that was written between two looks of the writer's scheduler. */
    private static final Duration TOLERANCE = Duration.ofMillis(5);

    /** By process and start time, in the order in which they were found. */
    private final Map<String, InputStream> leases = new LinkedHashMap<>();

    private final Map<String, StringBuilder> read = new LinkedHashMap<>();

    /** How far each one's clock is ahead of this machine's, in nanoseconds. */
    private final Map<String, Long> ahead = new LinkedHashMap<>();

    private final Thread thread;
    private final Path processes;
    private final Path cgroups;
    private volatile boolean closed;
    private volatile @Nullable RuntimeException ended;

    /**
     * @param cgroups below which the processes of the cluster are: another one on this machine may
     *     run the same program
     */
    LeaseWatch(Path cgroups) {
        this(Path.of("/proc"), cgroups);
    }

    LeaseWatch(Path processes, Path cgroups) {
        this.processes = processes;
        this.cgroups = cgroups;
        thread = Thread.ofPlatform().daemon().name("leases").start(this::watch);
    }

    /** One copy and the times at which it, and no copy before it, said that it ran. */
    record Copy(String process, long firstNanos, long lastNanos, int ticks) {
        boolean ranWith(Copy other) {
            long overlap =
                    Math.min(lastNanos, other.lastNanos) - Math.max(firstNanos, other.firstNanos);
            return overlap > TOLERANCE.toNanos();
        }
    }

    /** Copies that have run, in the order in which they were found. */
    synchronized List<Copy> copies() {
        if (ended != null) {
            throw new IllegalStateException("leases are not watched any more", ended);
        }
        Set<Long> seen = new HashSet<>();
        List<Copy> copies = new ArrayList<>();
        leases.forEach(
                (process, lease) -> {
                    // The last line may be half written.
                    List<Long> own =
                            text(process, lease)
                                    .lines()
                                    .filter(line -> line.matches("\\d{6,19}"))
                                    .map(Long::valueOf)
                                    .filter(seen::add)
                                    .toList();
                    if (!own.isEmpty()) {
                        LongSummaryStatistics times =
                                own.stream()
                                        .collect(
                                                Collectors.summarizingLong(
                                                        time -> time - ahead.get(process)));
                        copies.add(new Copy(process, times.getMin(), times.getMax(), own.size()));
                    }
                });
        return copies;
    }

    /** Copies that have run a moment ago. */
    List<Copy> running() {
        // Before the leases are read: on a busy machine that takes its time, too.
        long since = System.nanoTime() - RUNS.toNanos();
        return copies().stream().filter(copy -> copy.lastNanos() > since).toList();
    }

    /** Two that ran at the same time, which must never be. */
    Optional<String> two() {
        List<Copy> copies = copies();
        for (Copy one : copies) {
            for (Copy other : copies) {
                if (!one.equals(other) && one.ranWith(other)) {
                    return Optional.of(one + " and " + other);
                }
            }
        }
        return Optional.empty();
    }

    private String text(String process, InputStream lease) {
        StringBuilder text = read.get(process);
        try {
            text.append(new String(lease.readAllBytes(), StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new IllegalStateException("the lease of process " + process, e);
        }
        String complete = text.toString();
        return complete.substring(0, complete.lastIndexOf('\n') + 1);
    }

    /** What is known of each, for whoever has to find out why none runs, or two. */
    String text() {
        return copies().stream()
                .map(
                        copy ->
                                "%s, %d ticks, the last one %d ms ago"
                                        .formatted(
                                                copy.process(),
                                                copy.ticks(),
                                                (System.nanoTime() - copy.lastNanos()) / 1_000_000))
                .collect(Collectors.joining("; ", "copies: ", ""));
    }

    private void watch() {
        while (!closed) {
            try {
                look();
            } catch (RuntimeException e) {
                ended = e;
                return;
            }
            try {
                Thread.sleep(LOOK);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void look() {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(processes, "[1-9]*")) {
            for (Path process : found) {
                if (isEchoServer(process)) {
                    open(process);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new IllegalStateException("/proc cannot be read", e);
        }
    }

    private boolean isEchoServer(Path process) {
        try {
            return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                            .contains("\0" + EchoServer.class.getName() + "\0")
                    && Files.readString(process.resolve("cgroup")).contains(":" + cgroups + "/");
        } catch (IOException gone) {
            return false;
        }
    }

    private synchronized void open(Path process) {
        try {
            String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
            String started = stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19];
            String key = process.getFileName() + " started " + started;
            if (!leases.containsKey(key)) {
                long clock = clockAhead(process);
                leases.put(key, Files.newInputStream(Path.of(process + "/root" + Lease.FILE)));
                read.put(key, new StringBuilder());
                ahead.put(key, clock);
            }
        } catch (IOException notYet) {
            // It has not written its first line, or is gone: the next look tells.
        }
    }

    /**
     * For a restored process the time goes on where it was dumped: CRIU gives it a time namespace,
     * whose clock is behind by as long as it was frozen.
     */
    private static long clockAhead(Path process) throws IOException {
        for (String line : Files.readAllLines(process.resolve("timens_offsets"))) {
            // Clock, seconds, nanoseconds: time_namespaces(7).
            String[] fields = line.strip().split("\\s+");
            if (fields[0].equals("monotonic")) {
                return Duration.ofSeconds(Long.parseLong(fields[1]), Long.parseLong(fields[2]))
                        .toNanos();
            }
        }
        throw new IOException("no monotonic clock in " + process + "/timens_offsets");
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        thread.interrupt();
        for (InputStream lease : leases.values()) {
            lease.close();
        }
    }
}
