package dev.podmigration.agent.host;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Collects a program's output while it runs, so that it never blocks on a full pipe. */
final class BoundedOutput {

    /**
     * How long to wait for the end of the stream once the program has ended. A detached child may
     * hold the stream open for ever; what an ended program wrote is in the pipe already.
     */
    private static final Duration DRAIN = Duration.ofMillis(500);

    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final Thread reader;

    private BoundedOutput(InputStream stream) {
        reader = Thread.ofVirtual().name("output").start(() -> drain(stream));
    }

    static BoundedOutput of(InputStream stream) {
        return new BoundedOutput(stream);
    }

    String text() throws InterruptedException {
        reader.join(DRAIN);
        synchronized (kept) {
            return kept.toString(StandardCharsets.UTF_8);
        }
    }

    private void drain(InputStream stream) {
        byte[] buffer = new byte[8192];
        try (stream) {
            for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                keep(buffer, count);
            }
        } catch (IOException closed) {
            // The stream is closed under the reader when the program is killed: what is kept is all
            // there is.
            return;
        }
    }

    private void keep(byte[] bytes, int count) {
        synchronized (kept) {
            kept.write(bytes, 0, Math.min(count, HostCommand.MAX_OUTPUT_BYTES - kept.size()));
        }
    }
}
