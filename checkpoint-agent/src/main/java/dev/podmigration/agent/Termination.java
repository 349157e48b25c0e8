package dev.podmigration.agent;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The kubelet's SIGTERM, and the time that it leaves for an orderly end. */
final class Termination {

    /** Below the chart's terminationGracePeriodSeconds, after which the kubelet kills. */
    private static final Duration LIMIT = Duration.ofSeconds(55);

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);

    /** From now on a SIGTERM is held back until {@link #done}, or the limit. */
    static Termination listen() {
        Termination termination = new Termination();
        Runtime.getRuntime().addShutdownHook(new Thread(termination::hold, "termination"));
        return termination;
    }

    private void hold() {
        asked.countDown();
        try {
            if (!done.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("Ended before everything was put in order");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void await() throws InterruptedException {
        asked.await();
    }

    void done() {
        done.countDown();
    }
}
