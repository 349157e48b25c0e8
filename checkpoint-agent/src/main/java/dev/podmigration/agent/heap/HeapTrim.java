package dev.podmigration.agent.heap;

import dev.podmigration.agent.AgentFailure;
import dev.podmigration.agent.Uninterrupted;
import dev.podmigration.agent.commit.RecordStore;
import dev.podmigration.agent.inspect.JvmProcess;
import dev.podmigration.api.v1alpha1.FailureReason;
import dev.podmigration.api.v1alpha1.Jvm;
import dev.podmigration.fault.FaultPoints;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/**
 * Lets JVMs give memory back to the node before they are stopped, while their program runs.
 *
 * <p>G1 decides at the end of a concurrent cycle (Remark) how large the heap shall be, between
 * MinHeapFreeRatio and MaxHeapFreeRatio, and unmaps the rest. It begins such a cycle by itself when
 * G1PeriodicGCInterval has passed without a collection (JEP 346, JDK 12), and all three can be
 * changed while it runs. So the program is paused for some milliseconds as in any of its cycles,
 * and never for a full collection; see docs/decisions/0016. Other collectors do this only in a full
 * collection or not at all, and are left alone.
 *
 * <p>The flags are put back before the pod is stopped: what moves is the JVM as it was. They are
 * written to a file first, so that an agent that is killed in between does not leave them.
 *
 * <p>Thread-safe, one caller at a time for each process.
 */
public final class HeapTrim {

    private static final Logger LOG = LoggerFactory.getLogger(HeapTrim.class);

    /** Less is not worth a collection: a MiB takes 2.5 to 3 ms of a freeze (decision 0016). */
    private static final long WORTH_BYTES = 64L << 20;

    /** The cycle of a large heap takes long; nothing stands still meanwhile. */
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** G1 looks once a second whether the interval was set (g1PeriodicGCTask.cpp). */
    private static final Duration BEGIN_LIMIT = Duration.ofSeconds(5);

    /** The next cycle comes after 200 ms, and G1 unmaps in parts of 10 ms. */
    private static final Duration STEADY = Duration.ofMillis(500);

    private static final long LOOK_MILLIS = 50;

    private static final String MIN_HEAP_SIZE = "MinHeapSize";

    /** In the order in which they are set; none may contradict another meanwhile. */
    private static final List<TrimRecord.Flag> SMALL =
            List.of(
                    new TrimRecord.Flag("MinHeapFreeRatio", "1"),
                    new TrimRecord.Flag("MaxHeapFreeRatio", "5"),
                    new TrimRecord.Flag("G1PeriodicGCInterval", "200"));

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,19}");

    private final Path proc;
    private final RecordStore<TrimRecord> records;

    /**
     * Opens the records; {@link #recover} looks at them.
     *
     * @param proc where the node's processes are seen, normally {@code /proc}
     * @param records a directory of its own that is empty after a reboot, as all JVMs are gone then
     */
    public HeapTrim(Path proc, Path records) throws IOException {
        this.proc = proc;
        this.records = new RecordStore<>(records, TrimRecord.class);
    }

    /**
     * Returns when the JVM has given back what it gives, or does not give anything for some
     * seconds, and is configured as it was before.
     *
     * @return nothing if it was left alone
     * @throws AgentFailure if it cannot be made as it was: then it must not be moved like that
     */
    public Optional<Trimmed> trim(JvmProcess jvm) throws AgentFailure, InterruptedException {
        long began = System.nanoTime();
        try {
            putBack(jvm);
            if (!canBeWorthIt(jvm)) {
                return Optional.empty();
            }
            long before = jvm.residentBytes();
            boolean tried;
            try {
                tried = shrink(jvm);
            } finally {
                putBack(jvm);
            }
            return tried
                    ? Optional.of(
                            new Trimmed(
                                    before,
                                    jvm.residentBytes(),
                                    Duration.ofNanos(System.nanoTime() - began)))
                    : Optional.empty();
        } catch (IOException e) {
            LOG.info("The heap of process {} is moved as it is: {}", jvm.pid(), e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Puts back what an agent before this one has left. Called once, before anything else. What is
     * left of a JVM that does not answer is tried again before that JVM moves.
     */
    public void recover() throws IOException {
        for (String name : records.names()) {
            Optional<TrimRecord> record = records.read(name);
            if (record.isEmpty()) {
                continue;
            }
            Optional<JvmProcess> jvm =
                    JvmProcess.of(proc, record.get().pid())
                            .filter(found -> TrimRecord.name(found).equals(name));
            if (jvm.isEmpty()) {
                records.delete(name);
                continue;
            }
            try {
                putBack(jvm.get(), record.get());
            } catch (AgentFailure e) {
                LOG.warn("{}", e.getMessage(), e);
            }
        }
    }

    /** As far as can be seen without asking it. */
    private static boolean canBeWorthIt(JvmProcess jvm) throws IOException {
        Jvm found = jvm.jvm();
        Long heap = found.getHeapBytes();
        return "G1".equals(found.getCollector())
                && heap != null
                && heap - jvm.initialHeapBytes().orElse(0) >= WORTH_BYTES;
    }

    /**
     * Changes the flags and waits; they are not put back.
     *
     * @return false if the JVM would not become smaller
     */
    private boolean shrink(JvmProcess jvm) throws IOException, InterruptedException {
        write(jvm, List.of());
        AttachedJvm attached = AttachedJvm.attach(jvm);
        long least = Long.parseLong(number(attached, MIN_HEAP_SIZE));
        if (Objects.requireNonNull(jvm.jvm().getHeapBytes()) - least < WORTH_BYTES) {
            return false;
        }
        List<TrimRecord.Flag> before = new ArrayList<>();
        for (TrimRecord.Flag flag : SMALL) {
            before.addFirst(new TrimRecord.Flag(flag.name(), number(attached, flag.name())));
        }
        long interval = Long.parseLong(before.getFirst().value());
        if (interval > LIMIT.toMillis()) {
            // G1 would look at the new one only when this one is over. Its user has seen to it that
            // the JVM gives memory back by itself.
            return false;
        }
        write(jvm, before);
        FaultPoints.reach("source makes a heap smaller");
        for (TrimRecord.Flag flag : SMALL) {
            attached.setFlag(flag.name(), flag.value());
        }
        awaitSmall(jvm);
        return true;
    }

    private void write(JvmProcess jvm, List<TrimRecord.Flag> flags) throws IOException {
        records.write(TrimRecord.name(jvm), new TrimRecord(jvm.pid(), jvm.startTicks(), flags));
    }

    /** What the JVM says is written to a file, and told to it again. */
    private static String number(AttachedJvm attached, String flag)
            throws IOException, InterruptedException {
        return attached.flag(flag)
                .filter(value -> NUMBER.matcher(value).matches())
                .orElseThrow(() -> new IOException(attached + " has no flag " + flag));
    }

    private static void awaitSmall(JvmProcess jvm) throws IOException, InterruptedException {
        long began = System.nanoTime();
        long pauses = jvm.cyclePauses();
        while (jvm.cyclePauses() == pauses) {
            if (System.nanoTime() - began >= BEGIN_LIMIT.toNanos()) {
                return;
            }
            Thread.sleep(LOOK_MILLIS);
        }
        long least = jvm.residentBytes();
        long since = System.nanoTime();
        while (System.nanoTime() - since <= STEADY.toNanos()
                && System.nanoTime() - began < LIMIT.toNanos()) {
            Thread.sleep(LOOK_MILLIS);
            long now = jvm.residentBytes();
            if (now < least - least / 100) {
                least = now;
                since = System.nanoTime();
            }
        }
    }

    private void putBack(JvmProcess jvm) throws AgentFailure, IOException {
        Optional<TrimRecord> record = records.read(TrimRecord.name(jvm));
        if (record.isPresent()) {
            putBack(jvm, record.get());
        }
    }

    /** Also if the migration is given up meanwhile. */
    private void putBack(JvmProcess jvm, TrimRecord record) throws AgentFailure, IOException {
        AtomicReference<@Nullable Exception> failed = new AtomicReference<>();
        Uninterrupted.join(
                Thread.ofVirtual()
                        .name("heap-trim")
                        .start(
                                () -> {
                                    try {
                                        tell(jvm, record);
                                    } catch (IOException | InterruptedException e) {
                                        failed.set(e);
                                    }
                                }));
        Exception why = failed.get();
        if (why != null && jvm.isAlive()) {
            throw new AgentFailure(
                    FailureReason.WorkloadTimeout,
                    "The JVM of process %d has not taken back its flags %s yet: %s"
                            .formatted(jvm.pid(), record.flags(), why.getMessage()),
                    why);
        }
        records.delete(TrimRecord.name(jvm));
    }

    private static void tell(JvmProcess jvm, TrimRecord record)
            throws IOException, InterruptedException {
        if (record.flags().isEmpty()) {
            AttachedJvm.removeRequest(jvm);
            return;
        }
        AttachedJvm attached = AttachedJvm.attach(jvm);
        for (TrimRecord.Flag flag : record.flags()) {
            attached.setFlag(flag.name(), flag.value());
        }
    }
}
