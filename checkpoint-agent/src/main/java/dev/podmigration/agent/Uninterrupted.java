package dev.podmigration.agent;

/** Waiting that must come to its end, whoever interrupts it. */
public final class Uninterrupted {

    private Uninterrupted() {}

    /** Returns when the thread has ended; the caller is interrupted then if it was meanwhile. */
    public static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
