package dev.podmigration.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

class KeyedWorkerTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void a_task_that_throws_is_run_again() {
        try (KeyedWorker worker =
                new KeyedWorker(
                        "test",
                        key -> {
                            if (runs.incrementAndGet() < 3) {
                                throw new IllegalStateException("not yet");
                            }
                            return true;
                        })) {
            worker.request("a");
            await().atMost(LIMIT).until(() -> runs.get() == 3);
        }
    }

    @Test
    void many_requests_meanwhile_are_one_further_run() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (KeyedWorker worker =
                new KeyedWorker(
                        "test",
                        key -> {
                            runs.incrementAndGet();
                            begun.countDown();
                            awaitQuietly(goOn);
                            return true;
                        })) {
            worker.request("a");
            begun.await();
            worker.request("a");
            worker.request("a");
            goOn.countDown();

            await().atMost(LIMIT).until(() -> runs.get() == 2);
            await().during(Duration.ofMillis(300)).atMost(LIMIT).until(() -> runs.get() == 2);
        }
    }

    @Test
    void a_task_that_has_not_ended_is_run_when_it_is_asked_for() {
        try (KeyedWorker worker = new KeyedWorker("test", key -> runs.incrementAndGet() == 2)) {
            worker.request("a");
            await().atMost(LIMIT).until(() -> runs.get() == 1);

            // The request may come while the first run still ends, and counts all the same.
            worker.request("a");

            await().atMost(LIMIT).until(() -> runs.get() == 2);
        }
    }

    @Test
    void keys_do_not_wait_for_each_other() {
        CountDownLatch never = new CountDownLatch(1);
        try (KeyedWorker worker =
                new KeyedWorker(
                        "test",
                        key -> {
                            if (key.equals("slow")) {
                                awaitQuietly(never);
                            }
                            runs.incrementAndGet();
                            return true;
                        })) {
            worker.request("slow");
            worker.request("quick");
            await().atMost(LIMIT).until(() -> runs.get() == 1);
            never.countDown();
        }
        assertThat(runs.get()).isPositive();
    }

    @Test
    void it_is_idle_once_nothing_is_being_done() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (KeyedWorker worker =
                new KeyedWorker(
                        "test",
                        key -> {
                            begun.countDown();
                            awaitQuietly(goOn);
                            return true;
                        })) {
            worker.request("a");
            begun.await();
            assertThat(worker.awaitIdle(Duration.ofMillis(100))).isFalse();

            goOn.countDown();

            assertThat(worker.awaitIdle(LIMIT)).isTrue();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
