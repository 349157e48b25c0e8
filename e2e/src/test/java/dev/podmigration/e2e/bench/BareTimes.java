package dev.podmigration.e2e.bench;

/** What the runtime alone needs. Milliseconds. */
record BareTimes(long checkpoint, long restore) {
    long total() {
        return checkpoint + restore;
    }
}
