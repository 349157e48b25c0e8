package dev.podmigration.e2e.workload;

/** A thread that does not keep the program running. */
final class Daemon {
    private Daemon() {}

    static void start(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
    }
}
