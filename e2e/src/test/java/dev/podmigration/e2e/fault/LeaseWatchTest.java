package dev.podmigration.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.podmigration.e2e.workload.EchoServer;
import dev.podmigration.e2e.workload.Lease;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** What must never be, and is not seen anywhere else, has to be seen here. */
class LeaseWatchTest {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static final long TICK = Duration.ofMillis(20).toNanos();

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    @TempDir Path processes;

    private final long now = System.nanoTime();

    /** So that a slow machine does not take it for one that has stopped. */
    private final long later = now + 60 * SECOND;

    @Test
    void two_that_write_at_the_same_time_are_two() throws IOException {
        copy(101, 0, ticks(now - SECOND, later));
        copy(102, 0, ticks(now + 1, later));

        try (LeaseWatch watch = watch()) {
            awaitCopies(watch, 2);
            assertThat(watch.two()).isPresent();
            assertThat(watch.running()).hasSize(2);
        }
    }

    /** The file moves with the pod, so that the second has what the first wrote. */
    @Test
    void one_that_goes_on_where_another_ended_is_the_same_one() throws IOException {
        String first = ticks(now - 3 * SECOND, now - 2 * SECOND);
        copy(101, 0, first);
        try (LeaseWatch watch = watch()) {
            awaitCopies(watch, 1);
            copy(102, 0, first + ticks(now - SECOND, later));
            awaitCopies(watch, 2);

            assertThat(watch.two()).isEmpty();
            assertThat(watch.running())
                    .singleElement()
                    .satisfies(copy -> assertThat(copy.process()).startsWith("102 "));
        }
    }

    /** Its clock stood still while it was frozen: what it says is later by as long. */
    @Test
    void a_restored_one_is_taken_by_the_clock_of_the_machine() throws IOException {
        copy(101, 0, ticks(now - 3 * SECOND, now - SECOND));
        copy(102, -2 * SECOND, ticks(now - 2 * SECOND + 1, later));

        try (LeaseWatch watch = watch()) {
            awaitCopies(watch, 2);
            assertThat(watch.two()).isEmpty();
        }
    }

    @Test
    void one_that_has_stopped_does_not_run() throws IOException {
        copy(101, 0, ticks(now - 3 * SECOND, now - 2 * SECOND));

        try (LeaseWatch watch = watch()) {
            awaitCopies(watch, 1);
            assertThat(watch.running()).isEmpty();
        }
    }

    @Test
    void one_of_another_cluster_does_not_count() throws IOException {
        copy(101, 0, ticks(now - SECOND, later));
        copy(102, 0, ticks(now - SECOND + 1, later));
        Files.writeString(processes.resolve("101/cgroup"), "0::/elsewhere/pod1/c\n");

        try (LeaseWatch watch = watch()) {
            awaitCopies(watch, 1);
            assertThat(watch.two()).isEmpty();
        }
    }

    private LeaseWatch watch() {
        return new LeaseWatch(processes, Path.of("/lab"));
    }

    private static void awaitCopies(LeaseWatch watch, int count) {
        await().atMost(LIMIT).until(() -> watch.copies().size() == count);
    }

    private static String ticks(long from, long to) {
        return LongStream.iterate(from, time -> time <= to, time -> time + TICK)
                .mapToObj(Long::toString)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** As proc(5) shows it. */
    private void copy(int pid, long aheadNanos, String lease) throws IOException {
        Path process = Files.createDirectories(processes.resolve(Integer.toString(pid)));
        Files.writeString(
                process.resolve("cmdline"),
                String.join("\0", List.of("java", EchoServer.class.getName(), "8080", "")));
        Files.writeString(process.resolve("cgroup"), "0::/lab/pod1/" + pid + "\n");
        Files.writeString(
                process.resolve("stat"),
                pid + " (java) S" + " 1".repeat(18) + " " + pid + "00 1 1\n");
        Files.writeString(
                process.resolve("timens_offsets"),
                "monotonic %d %d\n"
                        .formatted(
                                Math.floorDiv(aheadNanos, SECOND),
                                Math.floorMod(aheadNanos, SECOND)));
        Path file = process.resolve("root" + Lease.FILE);
        Files.createDirectories(file.getParent());
        Files.writeString(file, lease);
    }
}
