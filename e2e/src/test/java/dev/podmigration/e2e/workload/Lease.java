package dev.podmigration.e2e.workload;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A file to which a program appends a line fifty times a second for as long as it runs: the time of
 * the machine's monotonic clock, which all nodes of the lab share. Copies of one program write to
 * different files, so that it can be seen afterwards whether two ever ran at the same time.
 */
public final class Lease {
    public static final String PROPERTY = "lease";
    public static final String FILE = "/tmp/lease";

    private static final int MILLISECONDS = 20;

    private Lease() {}

    static void writeIfWanted() {
        String file = System.getProperty(PROPERTY);
        if (file != null) {
            Daemon.start(() -> write(file));
        }
    }

    private static void write(String file) {
        try (FileOutputStream lines = new FileOutputStream(file, true)) {
            while (true) {
                lines.write((System.nanoTime() + "\n").getBytes(StandardCharsets.US_ASCII));
                Thread.sleep(MILLISECONDS);
            }
        } catch (IOException e) {
            // Whoever looks at the leases takes this program for one that does not run.
            System.out.println("FAULT the lease cannot be written: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
